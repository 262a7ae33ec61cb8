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
    return tables(model, dialects).values().stream()
        .flatMap(table -> table.entries().stream())
        .filter(entry -> entry.name().equals(tensor) || entry.aliases().contains(tensor))
        .flatMap(entry -> entry.layout().parameters().stream())
        .findFirst()
        .flatMap(name -> parameter(model, name));
  }

  private static Map<String, String> places(Model model, Parameter parameter, Dialects dialects) {
    Map<String, String> places = new LinkedHashMap<>();
    tables(model, dialects)
        .forEach((family, table) ->
            table
                .storing(parameter.name())
                .ifPresent(entry ->
                    places.put(
                        family, entry.name() + " " + entry.shape() + " = " + entry.layout())));
    return places;
  }

  /**
   * The tables of the families that express this very model, or one that an adjustment makes of it.
   */
  private static Map<String, Table> tables(Model model, Dialects dialects) {
    Map<String, Table> tables = new LinkedHashMap<>();
    for (Dialect dialect : dialects.all())
      Routes.to(dialect, model, Spelling.BEFORE_5)
          .route()
          .map(Route::expressed)
          .ifPresent(expressed ->
              tables.put(
                  dialect.name(), Table.of(expressed.model(), dialect.rows(expressed.model()))));
    return tables;
  }

  /** The explanation as lines for a person. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(name + " " + shape, "  " + meaning));
    places.forEach((family, place) -> lines.add("  %-12s%s".formatted(family, place)));
    aliases.forEach((tool, alias) -> lines.add("  %-16s%s".formatted(tool, alias)));
    return lines;
  }
}
