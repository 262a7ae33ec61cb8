package org.isomorph.debug;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Tensor;

/**
 * The cosine distance between what enters and what leaves each of these layers.
 *
 * @param layers in the order of the result; a tower's final norm follows its last layer
 * @param isFirstCounted whether the first token is among the means
 * @param isStandardised whether each dimension is standardised over the counted tokens before the
 *     cosine, so that a few rogue dimensions do not decide it
 */
public record CosineProbe(List<Layer> layers, boolean isFirstCounted, boolean isStandardised)
    implements Probe<CosDistance> {
  private static final double MASSIVE = ValueStatistics.MASSIVE;
  private static final int NAMED = 3;

  public CosineProbe {
    layers = List.copyOf(layers);
  }

  /** The first token apart, and the stream as it is. */
  public static CosineProbe of(List<Layer> layers) {
    return new CosineProbe(layers, false, false);
  }

  /** The same with each dimension standardised. */
  public CosineProbe standardised() {
    return new CosineProbe(layers, isFirstCounted, true);
  }

  @Override
  public CosDistance look(DebugSession session) {
    Set<String> names = new LinkedHashSet<>();
    for (Layer layer : layers) {
      names.add(layer.value("in"));
      names.add(layer.value("out"));
      if (hasNorm(session, layer)) names.add(layer.tower() + ".norm.out");
    }
    var values = session.fetch(names);
    List<CosDistance.LayerDistance> found = new ArrayList<>();
    for (Layer layer : layers) {
      Tensor out = value(values, layer.value("out"));
      TokenSequence sequence = session.sequence(layer.tower());
      found.add(
          compare(session, sequence, layer.toString(), value(values, layer.value("in")), out));
      if (hasNorm(session, layer)) {
        String norm = layer.tower() + ".norm";
        found.add(compare(session, sequence, norm, out, value(values, norm + ".out")));
      }
    }
    return new CosDistance(
        session.info(), isFirstCounted, isStandardised, found, notes(session, found));
  }

  private static Tensor value(java.util.Map<String, Tensor> values, String name) {
    return java.util.Objects.requireNonNull(values.get(name), name);
  }

  private static boolean hasNorm(DebugSession session, Layer layer) {
    Tower tower = tower(session, layer);
    return layer.index() == tower.depth() - 1 && !Norm.NONE.equals(tower.norm());
  }

  private static Tower tower(DebugSession session, Layer layer) {
    return session.model().tower(layer.tower()).orElseThrow();
  }

  private CosDistance.LayerDistance compare(
      DebugSession session, TokenSequence sequence, String name, Tensor in, Tensor out) {
    List<Token> read = sequence.tokens().stream().filter(token -> !token.isPadding()).toList();
    // Of a single token, there is nothing else to be shown.
    int first = isFirstCounted || read.size() == 1 ? 0 : 1;
    double[][] before = rows(session, read, in), after = rows(session, read, out);
    Standard from = standard(before, first), to = standard(after, first);
    List<CosDistance.TokenDistance> tokens = new ArrayList<>();
    for (int at = 0; at < read.size(); at++) {
      double[] x = before[at], y = after[at];
      double norm = Vectors.norm(x);
      tokens.add(
          new CosDistance.TokenDistance(
              read.get(at),
              Vectors.cosineDistance(from.of(x), to.of(y)),
              norm,
              Vectors.norm(y),
              Vectors.distance(x, y) / norm,
              Vectors.peak(y)));
    }
    List<CosDistance.TokenDistance> counted = tokens.subList(first, tokens.size());
    return new CosDistance.LayerDistance(
        name,
        tokens,
        Summary.of(counted.stream().mapToDouble(CosDistance.TokenDistance::distance).toArray()),
        counted.stream()
            .max(Comparator.comparingDouble(CosDistance.TokenDistance::distance))
            .orElseThrow(),
        counted.stream().mapToDouble(CosDistance.TokenDistance::normIn).average().orElseThrow(),
        counted.stream().mapToDouble(CosDistance.TokenDistance::normOut).average().orElseThrow(),
        counted.stream().mapToDouble(CosDistance.TokenDistance::update).average().orElseThrow(),
        counted.stream().filter(each -> Double.isNaN(each.distance())).count());
  }

  private static double[][] rows(DebugSession session, List<Token> tokens, Tensor value) {
    Rows rows = new Rows(value);
    return tokens.stream()
        .map(token -> rows.at(session.row(), token.index()))
        .toArray(double[][]::new);
  }

  private Standard standard(double[][] rows, int first) {
    if (!isStandardised) return Standard.NONE;
    if (rows.length - first < 2)
      throw new DebugException(
          "to standardise dimensions takes at least 2 counted tokens, found "
              + (rows.length - first)
              + ": give a longer prompt"
              + (first > 0 ? ", or count the first token too" : ""));
    return Standard.of(Arrays.copyOfRange(rows, first, rows.length));
  }

  private List<String> notes(DebugSession session, List<CosDistance.LayerDistance> found) {
    List<String> notes = new ArrayList<>();
    notes.add(massive(found));
    for (CosDistance.LayerDistance layer : found) {
      if (layer.notFinite() > 0)
        notes.add(
            "%s: %d tokens are not finite; stats and find name the first value that is not"
                .formatted(layer.name(), layer.notFinite()));
      long zero = layer.tokens().stream().filter(CosDistance.TokenDistance::isZero).count();
      if (zero > 0)
        notes.add(
            "%s: %d tokens are zero before or after; their distance is 1, or 0 where both are"
                .formatted(layer.name(), zero));
    }
    layers.stream()
        .filter(layer -> tower(session, layer).layer(layer.index()).frame().normalisesStream())
        .map(Layer::tower)
        .distinct()
        .forEach(tower ->
            notes.add(
                tower
                    + ": post-norm, the norm is part of the stream; do not compare with pre-norm models"));
    return notes;
  }

  private static String massive(List<CosDistance.LayerDistance> found) {
    List<String> named = new ArrayList<>();
    double greatest = 0;
    int count = 0;
    for (CosDistance.LayerDistance layer : found) {
      if (layer.isNorm()) continue;
      for (CosDistance.TokenDistance token : layer.tokens()) {
        greatest = Math.max(greatest, token.peak());
        if (token.peak() < MASSIVE) continue;
        count++;
        if (named.size() < NAMED)
          named.add(
              String.format(
                  Locale.ROOT, "%s %s (%.0f)", layer.name(), token.token(), token.peak()));
      }
    }
    String form = "massive activations, max|x|/median|x| of a token: ";
    if (count == 0)
      return form + String.format(Locale.ROOT, "none (%.0f < %.0f)", greatest, MASSIVE);
    return form
        + String.join(", ", named)
        + (count > NAMED ? " and " + (count - NAMED) + " more" : "");
  }
}
