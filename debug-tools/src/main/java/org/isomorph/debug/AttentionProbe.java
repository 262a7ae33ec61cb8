package org.isomorph.debug;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Sink;
import org.isomorph.spec.Tower;
import org.isomorph.spec.Values;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * The attention of one layer.
 *
 * @param layer which
 * @param mixer {@code attn}, {@code cross}, {@code attn2}; empty for the layer's first attention
 */
public record AttentionProbe(Layer layer, Optional<String> mixer) implements Probe<AttentionMap> {
  @Override
  public AttentionMap look(DebugSession session) {
    Tower tower = session.model().tower(layer.tower()).orElseThrow();
    List<Mixer> mixers = tower.layer(layer.index()).mixers().toList();
    List<String> names = Parameters.mixerNames(tower.layer(layer.index()));
    String name = mixer.orElseGet(() -> first(mixers, names));
    String path = layer.value(name);
    // What has no such weights says why: retention, a mixer that is not there.
    String probs = Values.of(session.model()).resolve(path + ".probs").name();
    Attention attention = (Attention) mixers.get(names.indexOf(name));
    Node node = attending(session, path);
    String mask = node.inputs().get(3);
    var found = session.fetch(List.of(probs, mask));
    Tensor weights = Objects.requireNonNull(found.get(probs));
    long groups = attention instanceof Heads heads ? heads.keyValueHeads() : attention.heads();
    int count = (int) weights.shape().dim(1), keys = (int) weights.shape().dim(-1);
    ValueContributions values = ValueContributions.of(session, path, count);
    return new AttentionMap(
        session.info(),
        path,
        kind(tower, attention),
        attention instanceof Heads heads && !Sink.NONE.equals(heads.sink()),
        session.sequence(tower.name()),
        session.sequence(source(tower, attention)),
        groups,
        row(weights, session.row()),
        seen(Objects.requireNonNull(found.get(mask)), session.row()),
        norms(values, count, keys),
        values.isBeforeNorm(),
        attention instanceof Heads heads && heads.window().isPresent()
            ? Optional.of(heads.window().getAsLong())
            : Optional.empty(),
        session.disturbance(probs));
  }

  private static String first(List<Mixer> mixers, List<String> names) {
    for (int at = 0; at < mixers.size(); at++)
      if (mixers.get(at) instanceof Attention) return names.get(at);
    return names.getFirst();
  }

  /** The operation whose weights these are. */
  static Node attending(DebugSession session, String path) {
    return session.loaded().graph().nodes().stream()
        .filter(node -> node.op() instanceof Op.Attend)
        .filter(node -> node.result().equals(path + ".mix.heads"))
        .findFirst()
        .orElseThrow(
            () -> new DebugException(path + " is not computed: no head reads what comes of it"));
  }

  private static String source(Tower tower, Attention attention) {
    return attention instanceof Heads heads && heads.keyValues() instanceof KeyValues.From from
        ? from.tower()
        : tower.name();
  }

  private static String kind(Tower tower, Attention attention) {
    if (attention instanceof Heads heads && heads.keyValues() instanceof KeyValues.From from)
      return "cross-attention to " + from.tower();
    String mask =
        switch (tower.mask()) {
          case Mask.Prefix prefix -> prefix + ", causal beyond";
          case Mask.Plain plain ->
              switch (plain) {
                case BIDIRECTIONAL -> "bidirectional";
                case CAUSAL -> "causal";
              };
        };
    if (!(attention instanceof Heads heads)) return mask + ", latent";
    return mask
        + (heads.window().isPresent() ? ", window " + heads.window().getAsLong() : ", full")
        + (Sink.NONE.equals(heads.sink()) ? "" : ", sink");
  }

  private static Tensor norms(ValueContributions values, int heads, int keys) {
    float[] norms = new float[heads * keys];
    values.over(
        IntStream.range(0, keys).toArray(),
        (head, key, added) -> norms[head * keys + key] = (float) Vectors.norm(added));
    return Tensor.ofFloats(Shape.of(heads, keys), norms);
  }

  /** One row of a batch, without that axis. */
  private static Tensor row(Tensor whole, int row) {
    Shape shape = whole.shape();
    if (row >= shape.dim(0))
      throw new DebugException(
          "row %d: the prompt has rows 0 to %d".formatted(row, shape.dim(0) - 1));
    long[] dims = new long[shape.rank() - 1];
    for (int axis = 0; axis < dims.length; axis++) dims[axis] = shape.dim(axis + 1);
    Shape own = Shape.of(dims);
    long bytes = whole.dtype().bytes(own.elements());
    return Tensor.of(whole.dtype(), own, whole.data().asSlice(row * bytes, bytes));
  }

  /** A mask (B, 1, T or 1, S) as (T or 1, S) of one row. */
  private static Tensor seen(Tensor mask, int row) {
    return row(row(mask, mask.shape().dim(0) == 1 ? 0 : row), 0);
  }
}
