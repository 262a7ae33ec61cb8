package org.isomorph.convert;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
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

  private final Map<Dialect, Map<Dialect, Entry>> entries;

  private Matrix(Map<Dialect, Map<Dialect, Entry>> entries) {
    this.entries = entries;
  }

  /** The matrix of these families. */
  public static Matrix of(Dialects dialects) {
    // Cells are as many as families squared, and none depends on another.
    return new Matrix(
        dialects.all().parallelStream()
            .collect(Collectors.toConcurrentMap(from -> from, from -> row(from, dialects))));
  }

  private static Map<Dialect, Entry> row(Dialect from, Dialects dialects) {
    List<Model> models = from.presets().isEmpty() ? expressible(from, dialects) : published(from);
    Map<Dialect, Entry> row = new HashMap<>();
    for (Dialect to : dialects.all())
      row.put(to, from.equals(to) ? Entry.EXACT : entry(models, to));
    return row;
  }

  private static List<Model> published(Dialect family) {
    return family.presets().stream()
        .map(preset -> family.spec(preset.config(), TensorInfos.UNKNOWN))
        .toList();
  }

  /** A family without models of its own, such as a training program, has those of others. */
  private static List<Model> expressible(Dialect family, Dialects dialects) {
    return dialects.all().stream()
        .flatMap(each -> published(each).stream())
        .flatMap(model ->
            Expression.of(family, model, Spelling.BEFORE_5) instanceof Expression.Expressed yes
                ? Stream.of(yes.model())
                : Stream.of())
        .toList();
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

  private static Entry entry(List<Model> models, Dialect to) {
    Set<Entry> found = EnumSet.noneOf(Entry.class);
    for (Model model : models) found.add(entry(model, to));
    if (found.isEmpty()) return Entry.REFUSED;
    if (found.size() == 1) return found.iterator().next();
    return found.contains(Entry.REFUSED) || found.contains(Entry.SOME) ? Entry.SOME : Entry.ROUNDED;
  }

  private static Entry entry(Model model, Dialect to) {
    Optional<Route> route = Routes.to(to, model, Spelling.BEFORE_5).route();
    if (route.isEmpty()) return Entry.REFUSED;
    if (route.get().isConditional()) return Entry.SOME;
    return route.get().outcome() == Outcome.EXACT ? Entry.EXACT : Entry.ROUNDED;
  }
}
