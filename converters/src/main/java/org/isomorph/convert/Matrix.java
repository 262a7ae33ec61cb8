package org.isomorph.convert;

import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Model;

/**
 * What converts to what: computed for the published models of every family, from their
 * descriptions.
 */
public final class Matrix {
  /** What becomes of a family's models in another family. */
  public enum Entry {
    /** All convert, without rounding. */
    EXACT,
    /** All convert, some with a rounding. */
    ROUNDED,
    /** Some convert: it depends on sizes or on values, such as biases of zeros. */
    SOME,
    /** All are refused. */
    REFUSED
  }

  /** The ways of a published model to those families that it can be converted to. */
  private record Published(Map<Dialect, Route> routes) {
    static Published of(Model model, Dialects dialects) {
      Map<Dialect, Route> routes = new HashMap<>();
      for (Dialect to : dialects.all())
        Routes.to(to, model, Spelling.BEFORE_5).route().ifPresent(route -> routes.put(to, route));
      return new Published(routes);
    }

    /** Whether a family has words for the model as it is. */
    boolean isExpressedBy(Dialect family) {
      Route route = routes.get(family);
      return route != null && route.steps().isEmpty();
    }

    Entry entry(Dialect to) {
      Route route = routes.get(to);
      if (route == null) return Entry.REFUSED;
      if (route.isConditional()) return Entry.SOME;
      return route.outcome() == Outcome.EXACT ? Entry.EXACT : Entry.ROUNDED;
    }
  }

  private final Map<Dialect, Map<Dialect, Entry>> entries;

  private Matrix(Map<Dialect, Map<Dialect, Entry>> entries) {
    this.entries = entries;
  }

  /** The matrix of these families. */
  public static Matrix of(Dialects dialects) {
    // Ways are as many as models times families, and none depends on another.
    Map<Dialect, List<Published>> published =
        dialects.all().parallelStream()
            .collect(Collectors.toConcurrentMap(from -> from, from -> published(from, dialects)));
    Map<Dialect, Map<Dialect, Entry>> entries = new HashMap<>();
    published.forEach((from, own) ->
        entries.put(
            from,
            row(from, own.isEmpty() ? expressible(from, published.values()) : own, dialects)));
    return new Matrix(entries);
  }

  private static List<Published> published(Dialect family, Dialects dialects) {
    return family.presets().stream()
        .map(preset -> Published.of(family.spec(preset.config(), TensorInfos.UNKNOWN), dialects))
        .toList();
  }

  /**
   * A family without models of its own, such as a training program, has those of others. What
   * becomes of them is known: two models that compute the same go the same ways.
   */
  private static List<Published> expressible(
      Dialect family, Collection<List<Published>> published) {
    return published.stream()
        .flatMap(List::stream)
        .filter(model -> model.isExpressedBy(family))
        .toList();
  }

  private static Map<Dialect, Entry> row(Dialect from, List<Published> models, Dialects dialects) {
    Map<Dialect, Entry> row = new HashMap<>();
    for (Dialect to : dialects.all())
      row.put(to, from.equals(to) ? Entry.EXACT : entry(models, to));
    return row;
  }

  /** The families, by name. */
  public List<Dialect> families() {
    return entries.keySet().stream().sorted(Comparator.comparing(Dialect::name)).toList();
  }

  /** What becomes of the published models of {@code from} in {@code to}. */
  public Entry outcome(Dialect from, Dialect to) {
    Entry found = entries.getOrDefault(from, Map.of()).get(to);
    if (found == null)
      throw new IllegalArgumentException(
          from.name() + " or " + to.name() + " is not in the matrix");
    return found;
  }

  private static Entry entry(List<Published> models, Dialect to) {
    Set<Entry> found = EnumSet.noneOf(Entry.class);
    for (Published model : models) found.add(model.entry(to));
    if (found.isEmpty()) return Entry.REFUSED;
    if (found.size() == 1) return found.iterator().next();
    return found.contains(Entry.REFUSED) || found.contains(Entry.SOME) ? Entry.SOME : Entry.ROUNDED;
  }
}
