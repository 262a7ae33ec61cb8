package org.isomorph.graph;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.isomorph.spec.Norm;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Sink;

/** An operation as people read it: its name, and what it states that is not usual. */
final class OpText {
  private OpText() {}

  /** {@code split_heads(4)}. */
  static String of(Op op) {
    String stated = String.join(", ", stated(op));
    return stated.isEmpty() ? name(op) : name(op) + "(" + stated + ")";
  }

  /** {@code split_heads}. */
  static String name(Op op) {
    if (op instanceof Op.Normalise normalise)
      return normalise.norm() instanceof Norm.Rms ? "rms_norm" : "layer_norm";
    if (op instanceof Op.Activate activate) return word(activate.activation());
    return op.getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  private static List<String> stated(Op op) {
    return switch (op) {
      case Op.Linear linear -> flags(linear.unitRows(), "unit rows", linear.wide(), "wide");
      case Op.Normalise normalise -> norm(normalise.norm());
      case Op.Scale scale -> List.of(number(scale.factor()));
      case Op.Cap cap -> List.of(number(cap.most()));
      case Op.SplitHeads split -> List.of("" + split.heads());
      case Op.Slice slice -> List.of(slice.from() + ".." + (slice.from() + slice.length()));
      case Op.RepeatHead repeat -> List.of("" + repeat.heads());
      case Op.Drop drop -> List.of(drop.first() ? "first" : "last");
      case Op.Positions positions -> positions(positions);
      case Op.PrefixEnd end -> List.of((end.through() ? "through " : "before ") + ids(end.ids()));
      case Op.Visible visible -> {
        List<String> words = new ArrayList<>(flags(visible.causal(), "causal", false, ""));
        visible.window().ifPresent(keys -> words.add("window " + keys));
        yield words;
      }
      case Op.RotaryTable table -> rope(table.rope());
      case Op.Rotate rotate -> {
        List<String> words = new ArrayList<>(List.of(word(rotate.pairing())));
        if (rotate.axes() == Rope.Axes.TWO) words.add("two axes");
        words.add("" + rotate.components());
        yield words;
      }
      case Op.Sinusoid sinusoid -> List.of("" + sinusoid.width());
      case Op.Offset offset -> offset.by() == 0 ? List.of() : List.of("" + offset.by());
      case Op.LogScale scale -> List.of("" + scale.trained());
      case Op.DistanceBias bias -> alibi(bias);
      case Op.BucketBias bias -> {
        List<String> words = new ArrayList<>();
        words.add("" + bias.buckets().buckets());
        words.add("" + bias.buckets().maxDistance());
        if (bias.bidirectional()) words.add("both ways");
        yield words;
      }
      case Op.Attend attend -> {
        List<String> words = new ArrayList<>(scores(attend.scale(), attend.cap()));
        words.addAll(sink(attend.sink()));
        yield words;
      }
      case Op.Scores scores -> scores(scores.scale(), scores.cap());
      case Op.Softmax softmax -> sink(softmax.sink());
      case Op.Retain retain ->
          List.of("temperature " + number(retain.retention().decayTemperature()));
      case Op.Route route ->
          List.of(route.topK() + " of " + route.experts(), route.router().toString());
      case Op.Experts experts -> List.of(experts.count() + " x " + experts.expert());
      case Op.Patch patch -> List.of("" + patch.size());
      case Op.Pool pool ->
          pool.pooling() == org.isomorph.spec.Pooling.EOS
              ? List.of("eos " + ids(pool.ids()))
              : List.of(word(pool.pooling()));
      case Op.Remember remember -> List.of("axis " + remember.axis());
      case Op.Final last -> List.of("axis " + last.axis());
      case Op.Lookup _,
          Op.Activate _,
          Op.Add _,
          Op.Multiply _,
          Op.AddWeight _,
          Op.MergeHeads _,
          Op.Concat _,
          Op.Latest _,
          Op.Everywhere _,
          Op.Length _,
          Op.PrefixOf _,
          Op.Weigh _,
          Op.Prepend _,
          Op.Similarity _,
          Op.Unit _,
          Op.Keep _ ->
          List.of();
    };
  }

  private static List<String> norm(Norm norm) {
    return switch (norm) {
      case Norm.Rms rms ->
          rms.gain() == Norm.Gain.UNIT_OFFSET
              ? List.of(number(rms.eps()), "1 + gain")
              : List.of(number(rms.eps()));
      case Norm.Layer layer -> List.of(number(layer.eps()));
      case Norm.Special special -> List.of(special.toString());
    };
  }

  /** The ids matter only to numberings that look for them. */
  private static List<String> positions(Op.Positions positions) {
    String how = word(positions.numbering()).replace('_', ' ');
    return switch (positions.numbering()) {
      case SEQUENTIAL, UNPADDED -> List.of(how);
      case SPAN, SPAN_AND_BLOCK ->
          List.of(how, "bos " + ids(positions.bos()), "spans " + ids(positions.spans()));
    };
  }

  private static List<String> rope(Rope rope) {
    List<String> words = new ArrayList<>(List.of(number(rope.theta()), "dim " + rope.dim()));
    if (rope.axes() == Rope.Axes.TWO) words.add("two axes");
    if (rope.spacing() == Rope.Spacing.INCLUSIVE) words.add("inclusive");
    if (!org.isomorph.spec.RopeScaling.NONE.equals(rope.scaling()))
      words.add(rope.scaling().toString());
    return words;
  }

  private static List<String> alibi(Op.DistanceBias bias) {
    RelativePosition.Alibi alibi = bias.alibi();
    String heads = bias.heads() + " heads";
    return alibi.maxBias() == 8 && alibi.scale() == 1
        ? List.of(heads)
        : List.of(heads, alibi.toString());
  }

  private static List<String> scores(double scale, OptionalDouble cap) {
    List<String> words = new ArrayList<>();
    words.add(number(scale));
    if (cap.isPresent()) words.add("cap " + number(cap.getAsDouble()));
    return words;
  }

  private static List<String> sink(Sink sink) {
    return switch (sink) {
      case Sink.Plain plain -> Sink.NONE.equals(plain) ? List.of() : List.of("learned sink");
      case Sink.Constant constant -> List.of("sink " + number(constant.logit()));
    };
  }

  private static List<String> flags(boolean one, String word, boolean other, String second) {
    List<String> words = new ArrayList<>();
    if (one) words.add(word);
    if (other) words.add(second);
    return words;
  }

  private static String ids(List<Long> ids) {
    return ids.isEmpty()
        ? "unknown"
        : ids.stream().map(Object::toString).collect(Collectors.joining(" or "));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Six digits: enough to recognise a number, not to compute with it. */
  private static String number(double value) {
    double rounded = new BigDecimal(value).round(new MathContext(6)).doubleValue();
    return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e9
        ? Long.toString((long) rounded)
        : Double.toString(rounded).replace(".0E", "e").replace('E', 'e');
  }
}
