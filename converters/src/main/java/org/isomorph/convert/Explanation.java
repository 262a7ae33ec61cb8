package org.isomorph.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.spec.Model;
import org.isomorph.spec.Nearest;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.SpecException;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;

/**
 * What is known of one name: a parameter's shape, meaning, and place in every family's files; or a
 * value's shape, meaning and other names.
 *
 * @param name canonical
 * @param shape numbers for a parameter, words and numbers for a value
 * @param meaning one line
 * @param places for a parameter: what stores it, by family; families that cannot express the model
 *     are left out
 * @param aliases for a value: what other tools call it
 */
public record Explanation(
    String name,
    String shape,
    String meaning,
    Map<String, String> places,
    Map<String, String> aliases) {
  /**
   * Explains a parameter or value of a model, by any name that is known for it: a checkpoint's
   * tensor too.
   *
   * @throws SpecException with the nearest names, if there is no such thing
   */
  public static Explanation of(Model model, String name, Dialects dialects) {
    Optional<Parameter> parameter = parameter(model, name).or(() -> stored(model, name, dialects));
    if (parameter.isPresent()) {
      Parameter found = parameter.get();
      return new Explanation(
          found.name(),
          found.shape().toString(),
          found.meaning(),
          places(model, found, dialects),
          Map.of());
    }
    try {
      Value value = Values.of(model).resolve(name);
      return new Explanation(
          value.name(), value.shape(), value.meaning(), Map.of(), value.aliases());
    } catch (SpecException unknown) {
      List<String> parameters = Parameters.of(model).stream().map(Parameter::name).toList();
      throw new SpecException(
          unknown.getMessage()
              + "; the nearest parameters are "
              + String.join(", ", Nearest.to(name, parameters, 5)));
    }
  }

  private static Optional<Parameter> parameter(Model model, String name) {
    return Parameters.of(model).stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** The first parameter of a tensor that some family calls by this name. */
  private static Optional<Parameter> stored(Model model, String tensor, Dialects dialects) {
    return routes(model, dialects).entrySet().stream()
        .flatMap(way -> table(way.getKey(), way.getValue()).entries().stream())
        .filter(entry -> entry.name().equals(tensor) || entry.aliases().contains(tensor))
        .flatMap(entry -> entry.layout().parameters().stream())
        .findFirst()
        .flatMap(name -> parameter(model, name));
  }

  private static Map<String, String> places(Model model, Parameter parameter, Dialects dialects) {
    Map<String, String> places = new LinkedHashMap<>();
    routes(model, dialects)
        .forEach((dialect, route) ->
            table(dialect, route)
                .storing(parameter.name())
                .ifPresent(entry -> places.put(dialect.name(), place(entry, parameter, route))));
    return places;
  }

  /** A row of a family, and what is done to the parameter before. */
  private static String place(Table.Entry entry, Parameter parameter, Route route) {
    List<String> done =
        route.steps().stream()
            .filter(step -> step.changes().containsKey(parameter.name()))
            .map(Step::sentence)
            .toList();
    return entry.name()
        + " "
        + entry.shape()
        + " = "
        + entry.layout()
        + (done.isEmpty() ? "" : " after: " + String.join("; ", done));
  }

  /** The ways to the families that express this very model, or one that laws make of it. */
  private static Map<Dialect, Route> routes(Model model, Dialects dialects) {
    Map<Dialect, Route> routes = new LinkedHashMap<>();
    for (Dialect dialect : dialects.all())
      Routes.to(dialect, model, Spelling.BEFORE_5)
          .route()
          .ifPresent(route -> routes.put(dialect, route));
    return routes;
  }

  private static Table table(Dialect dialect, Route route) {
    Model expressed = route.expressed().model();
    return Table.of(expressed, dialect.rows(expressed));
  }

  /** The explanation as lines for a person. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(name + " " + shape, "  " + meaning));
    places.forEach((family, place) -> lines.add("  %-12s%s".formatted(family, place)));
    aliases.forEach((tool, alias) -> lines.add("  %-16s%s".formatted(tool, alias)));
    return lines;
  }
}
