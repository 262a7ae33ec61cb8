package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;

/**
 * Mistakes with single tensors: which one it is, which way round, and what became of its numbers.
 */
final class WeightHypotheses {
  private WeightHypotheses() {}

  /** Other parameters that one may be confused with; of hundreds of experts only the first. */
  private static final int OTHERS = 64;

  private static final float[] FACTORS = {2, 0.5f, 4, 0.25f, 8, 0.125f};

  /** Two parameters in each other's place. */
  static Stream<Guess> swapped(Scene scene) {
    List<Parameter> all = scene.parameters();
    List<Guess> guesses = new ArrayList<>();
    for (int i = 0; i < all.size(); i++)
      for (int j = i + 1; j < Math.min(all.size(), i + OTHERS); j++) {
        String a = all.get(i).name(), b = all.get(j).name();
        if (!all.get(i).shape().equals(all.get(j).shape()) || !isTensor(all.get(i))) continue;
        guesses.add(
            Guess.of(
                Words.pair(a, b) + " swapped",
                Map.of(a, scene.base(b), b, scene.base(a)),
                Map.of(a, b, b, a)));
      }
    return guesses.stream();
  }

  /** A parameter that holds another's numbers: of this layer, or the head's of the table. */
  static Stream<Guess> another(Scene scene) {
    List<Parameter> all = scene.parameters();
    Stream<Guess> within =
        all.stream()
            .flatMap(one ->
                all.stream()
                    .filter(two -> !one.name().equals(two.name()) && isTensor(one))
                    .filter(two -> one.shape().equals(two.shape()))
                    .limit(OTHERS)
                    .map(two ->
                        Guess.of(
                            "%s in place of %s"
                                .formatted(Words.of(two.name()), Words.of(one.name())),
                            one.name(),
                            scene.base(two.name()),
                            two.name())));
    Optional<String> table = Parameters.headTable(scene.model());
    boolean untied =
        table.isPresent()
            && scene.has("head.weight")
            && scene.piece().equals("heads")
            && scene.has(table.get())
            && scene.shape(table.get()).equals(scene.shape("head.weight"));
    return untied
        ? Stream.concat(
            within,
            Stream.of(
                Guess.of(
                    "head tied to the token table",
                    "head.weight",
                    scene.base(table.orElseThrow()),
                    table.orElseThrow())))
        : within;
  }

  private static boolean isTensor(Parameter parameter) {
    return parameter.shape().elements() > 1;
  }

  /** The bytes of the transpose: a square matrix the wrong way round, or a Conv1D's. */
  static Stream<Guess> transposed(Scene scene) {
    return matrices(scene)
        .map(each ->
            Guess.of(
                Words.of(each.name()) + " transposed",
                each.name(),
                scene.base(each.name()).transposed(),
                each.name() + " transposed"));
  }

  /** Rows, or columns, that all moved by one place. */
  static Stream<Guess> rolled(Scene scene) {
    return scene.parameters().stream()
        .filter(WeightHypotheses::isTensor)
        .flatMap(each -> {
          Grid grid = scene.base(each.name());
          return LongStream.of(1, -1)
              .boxed()
              .flatMap(by -> {
                List<Guess> guesses = new ArrayList<>();
                guesses.add(
                    Guess.of(
                        "rows of " + Words.of(each.name()) + " rolled by one",
                        each.name(),
                        grid.rows(row -> Math.floorMod(row + by, grid.rows())),
                        each.name() + ", row r from row r" + signed(by)));
                if (grid.columns() > 1)
                  guesses.add(
                      Guess.of(
                          "columns of " + Words.of(each.name()) + " rolled by one",
                          each.name(),
                          grid.columns(column -> Math.floorMod(column + by, grid.columns())),
                          each.name() + ", column c from column c" + signed(by)));
                return guesses.stream();
              });
        });
  }

  private static String signed(long by) {
    return by > 0 ? "+" + by : "" + by;
  }

  /** The two halves of the rows in each other's place. */
  static Stream<Guess> halves(Scene scene) {
    return scene.parameters().stream()
        .filter(each -> each.shape().rank() > 0 && each.shape().dim(0) % 2 == 0)
        .map(each -> {
          Grid grid = scene.base(each.name());
          return Guess.of(
              "halves of " + Words.of(each.name()) + " swapped",
              each.name(),
              grid.rows(row -> (row + grid.rows() / 2) % grid.rows()),
              each.name() + ", its second half first");
        });
  }

  /** Nothing there: a bias that was left out, a tensor that was never loaded. */
  static Stream<Guess> missing(Scene scene) {
    return scene.parameters().stream()
        .map(each ->
            Guess.of(
                Words.of(each.name()) + " missing",
                each.name(),
                scene.base(each.name()).map(_ -> 0),
                "zeros"));
  }

  /** A gain that was never loaded. */
  static Stream<Guess> ones(Scene scene) {
    return gains(scene)
        .map(each ->
            Guess.of(
                "gain of " + Words.of(each.name()) + " missing",
                each.name(),
                scene.base(each.name()).map(_ -> 1),
                "ones"));
  }

  /** A gain that is stored as its distance from one, taken for the factor; or the other way. */
  static Stream<Guess> offset(Scene scene) {
    return gains(scene)
        .flatMap(each ->
            Stream.of(
                Guess.of(
                    "unit offset of " + Words.of(each.name()) + " added twice",
                    each.name(),
                    scene.base(each.name()).map(x -> x + 1),
                    each.name() + " + 1"),
                Guess.of(
                    "unit offset of " + Words.of(each.name()) + " forgotten",
                    each.name(),
                    scene.base(each.name()).map(x -> x - 1),
                    each.name() + " - 1")));
  }

  /** The other sign. */
  static Stream<Guess> negated(Scene scene) {
    return scene.parameters().stream()
        .map(each ->
            Guess.of(
                "sign of " + Words.of(each.name()) + " flipped",
                each.name(),
                scene.base(each.name()).map(x -> -x),
                "-" + each.name()));
  }

  /** All numbers multiplied by one factor. */
  static Stream<Guess> scaled(Scene scene) {
    return scene.parameters().stream()
        .flatMap(each -> {
          Grid base = scene.base(each.name());
          return factors(base, scene.found(each.name()))
              .map(factor ->
                  Guess.of(
                      "%s scaled by %.4g".formatted(Words.of(each.name()), factor),
                      each.name(),
                      base.map(x -> (float) (x * factor)),
                      "%.4g * %s".formatted(factor, each.name())));
        });
  }

  /** The factor that fits best, or, where the other's numbers are not known, the usual ones. */
  private static Stream<Double> factors(Grid base, Optional<Grid> found) {
    if (found.isEmpty()) {
      List<Double> usual = new ArrayList<>();
      for (float factor : FACTORS) usual.add((double) factor);
      return usual.stream();
    }
    Grid other = found.get();
    if (other.rows() != base.rows() || other.columns() != base.columns()) return Stream.empty();
    double products = 0, squares = 0;
    for (long row = 0; row < base.rows(); row++)
      for (long column = 0; column < base.columns(); column++) {
        products += (double) base.at(row, column) * other.at(row, column);
        squares += (double) base.at(row, column) * base.at(row, column);
      }
    double factor = squares == 0 ? 1 : products / squares;
    return Math.abs(factor) < 1e-6 || !Double.isFinite(factor) ? Stream.empty() : Stream.of(factor);
  }

  /** Some rows, or columns, of zeros. */
  static Stream<Guess> zeroed(Scene scene) {
    return matrices(scene)
        .flatMap(each -> {
          Grid base = scene.base(each.name());
          List<Long> rows =
              scene
                  .found(each.name())
                  .map(found -> zeroRows(base, found))
                  .orElseGet(scene::columnsApart);
          if (rows.isEmpty() || rows.getLast() >= base.rows()) return Stream.empty();
          return Stream.of(
              Guess.of(
                  "%s of %s zeroed"
                      .formatted(
                          rows.size() == 1 ? "row " + rows.getFirst() : rows.size() + " rows",
                          Words.of(each.name())),
                  each.name(),
                  Grid.of(
                      base.rows(),
                      base.columns(),
                      (row, column) -> rows.contains(row) ? 0 : base.at(row, column)),
                  each.name() + ", but for these rows"));
        });
  }

  private static List<Long> zeroRows(Grid base, Grid found) {
    List<Long> rows = new ArrayList<>();
    if (base.rows() != found.rows() || base.columns() != found.columns()) return rows;
    for (long row = 0; row < base.rows(); row++)
      if (isZero(found, row) && !isZero(base, row)) rows.add(row);
    return rows.size() == base.rows() ? List.of() : rows;
  }

  private static boolean isZero(Grid grid, long row) {
    for (long column = 0; column < grid.columns(); column++)
      if (grid.at(row, column) != 0) return false;
    return true;
  }

  /** All of another layer, the one before or behind first. */
  static Stream<Guess> shifted(Scene scene) {
    return others(scene, true)
        .map(layer -> {
          Map<String, Grid> weights = new LinkedHashMap<>();
          Map<String, String> sources = new LinkedHashMap<>();
          for (Parameter each : scene.parameters()) {
            String name = inLayer(scene, each.name(), layer);
            if (!isOf(scene, each, name)) continue;
            weights.put(each.name(), scene.base(name));
            sources.put(each.name(), name);
          }
          return Guess.of("layer " + layer + " in place of " + scene.layer(), weights, sources);
        })
        .filter(guess -> guess.weights().size() > 1);
  }

  /** One tensor of another layer. */
  static Stream<Guess> ofAnotherLayer(Scene scene) {
    return others(scene, scene.isReference())
        .flatMap(layer ->
            scene.parameters().stream()
                .filter(each -> isOf(scene, each, inLayer(scene, each.name(), layer)))
                .map(each -> {
                  String name = inLayer(scene, each.name(), layer);
                  return Guess.of(
                      "%s of layer %d".formatted(Words.of(each.name()), layer),
                      each.name(),
                      scene.base(name),
                      name);
                }));
  }

  private static Stream<Long> others(Scene scene, boolean all) {
    long own = scene.layer(), depth = scene.tower().map(tower -> tower.depth()).orElse(0L);
    return LongStream.range(0, depth)
        .boxed()
        .filter(layer -> layer != own && (all || Math.abs(layer - own) == 1))
        .sorted((a, b) -> Long.compare(Math.abs(a - own), Math.abs(b - own)));
  }

  private static String inLayer(Scene scene, String name, long layer) {
    String piece = scene.piece();
    return name.startsWith(piece + ".")
        ? piece.substring(0, piece.lastIndexOf('.') + 1) + layer + name.substring(piece.length())
        : name;
  }

  private static boolean isOf(Scene scene, Parameter each, String other) {
    return !other.equals(each.name())
        && scene.has(other)
        && scene.shape(other).equals(each.shape());
  }

  private static Stream<Parameter> matrices(Scene scene) {
    return scene.parameters().stream()
        .filter(each -> each.shape().rank() == 2 && each.kind() != Parameter.Kind.BIAS);
  }

  private static Stream<Parameter> gains(Scene scene) {
    return scene.parameters().stream().filter(each -> each.kind() == Parameter.Kind.GAIN);
  }
}
