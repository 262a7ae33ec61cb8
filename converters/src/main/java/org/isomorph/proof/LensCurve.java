package org.isomorph.proof;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Passes;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * How far apart what two models would predict from each layer is. A few tokens of each layer's
 * output are kept, and pass the final norm and the head in the end, when these are bound anyway.
 */
final class LensCurve {
  private static final int TOKENS = 16;

  /** The same tokens of both. */
  private record Pair(Tensor reference, Tensor candidate) {}

  private final PiecewiseModel model;
  private final Piece piece;
  private final String read;
  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  private LensCurve(PiecewiseModel model, Piece piece, String read) {
    this.model = model;
    this.piece = piece;
    this.read = read;
  }

  /** The curve of a model that predicts tokens from its last layer's output alone. */
  static Optional<LensCurve> of(PiecewiseModel model) {
    Tower last = model.model().last();
    String out = last.name() + "." + (last.depth() - 1) + ".out";
    String label = model.graph().outputs().get("logits");
    if (model.model().lm().isEmpty() || label == null) return Optional.empty();
    SequencedMap<String, String> only = new LinkedHashMap<>(Map.of("logits", label));
    Graph graph = Passes.feed(model.graph().outputs(only), List.of(out));
    String read = graph.value(out);
    return graph.inputs().keySet().stream().allMatch(read::equals)
        ? Optional.of(new LensCurve(model, new Piece("heads", graph), read))
        : Optional.empty();
  }

  /** Whether a layer's output could have passed the head. */
  boolean has(String piece) {
    return piece.startsWith(model.model().last().name() + ".");
  }

  /** Keeps a few tokens of a layer's output. */
  void add(String layer, Tensor reference, Tensor candidate, Rows rows) {
    if (!reference.shape().equals(candidate.shape()) || reference.shape().rank() != 3) return;
    List<Integer> tokens = some(rows.tokens(reference.shape()));
    if (!tokens.isEmpty()) pairs.put(layer, new Pair(of(reference, tokens), of(candidate, tokens)));
  }

  private static List<Integer> some(List<Integer> tokens) {
    List<Integer> some = new ArrayList<>();
    int step = Math.max(1, Math.ceilDiv(tokens.size(), TOKENS));
    for (int at = 0; at < tokens.size(); at += step) some.add(tokens.get(at));
    return some;
  }

  private static Tensor of(Tensor value, List<Integer> tokens) {
    long width = value.shape().dim(-1), bytes = value.dtype().bytes(width);
    return Tensor.filled(
        value.dtype(),
        Shape.of(1, tokens.size(), width),
        into -> {
          for (int at = 0; at < tokens.size(); at++)
            into.asSlice(at * bytes, bytes)
                .copyFrom(value.data().asSlice(tokens.get(at) * bytes, bytes));
        });
  }

  /** These places, each with how far apart what would be predicted from it is. */
  List<Report.Place> on(List<Report.Place> places) {
    Map<String, Double> divergences = divergences();
    return places.stream()
        .map(place -> {
          Double found = divergences.get(place.name());
          if (found != null) return place.lens(found);
          return place.accumulated().isNone() && has(place.name()) ? place.lens(0) : place;
        })
        .toList();
  }

  /** The mean divergence of each layer, in nats. */
  private Map<String, Double> divergences() {
    Map<String, Double> found = new HashMap<>();
    if (pairs.isEmpty()) return found;
    try (PiecewiseModel.Bound bound = model.bind(piece)) {
      pairs.forEach((layer, pair) ->
          found.put(
              layer, divergence(logits(bound, pair.reference), logits(bound, pair.candidate))));
    }
    return found;
  }

  private Tensor logits(PiecewiseModel.Bound bound, Tensor stream) {
    return bound.run(Map.of(read, stream)).get("logits");
  }

  private static double divergence(Tensor reference, Tensor candidate) {
    float[] a = reference.floats(), b = candidate.floats();
    int width = Math.toIntExact(reference.shape().dim(-1)), rows = a.length / width;
    double sum = 0;
    for (int row = 0; row < rows; row++) sum += Logits.divergence(a, b, row * width, width);
    return sum / rows;
  }
}
