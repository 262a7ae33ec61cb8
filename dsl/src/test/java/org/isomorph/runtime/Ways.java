package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Passes;
import org.isomorph.graph.Type;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/** Ways to run a subject that should come to the same; each says how far two of them are apart. */
final class Ways {
  private final Subject subject;
  private final DType dtype;
  private final Random random;

  Ways(Subject subject, DType dtype, long seed) {
    this.subject = subject;
    this.dtype = dtype;
    this.random = new Random(seed);
  }

  // ---- in pieces

  /** A prompt at once, then token by token. */
  double cached(Batch.Side side, Device... devices) {
    return inPieces(side, false, devices);
  }

  /** A prompt in pieces. */
  double chunked(Batch.Side side, Device... devices) {
    return inPieces(side, true, devices);
  }

  private double inPieces(Batch.Side side, boolean chunks, Device... devices) {
    Map<String, Tensor> inputs = subject.batch().inputs(side);
    String ids =
        subject.graph().inputs().containsKey("decoder_input_ids")
            ? "decoder_input_ids"
            : "input_ids";
    Set<String> growing =
        Set.of(
            ids,
            ids.replace("input_ids", "attention_mask"),
            ids.replace("input_ids", "token_type_ids"));
    int length = Math.toIntExact(inputs.get(ids).shape().dim(1));
    Map<String, Tensor> once = new LinkedHashMap<>(inputs);
    once.keySet().removeAll(growing);
    List<Tensor> pieces = new ArrayList<>();
    try (LoadedModel loaded = subject.load(dtype, devices);
        Session session = loaded.session(Request.of(once).tap("logits"))) {
      int from = 0;
      while (from < length) {
        int least = from == 0 ? leastPrompt(ids, inputs) : 1;
        int most = from == 0 ? Math.max(least, length - 1) : chunks ? 4 : 1;
        int to = Math.min(length, from + random.nextInt(least, most + 1));
        Map<String, Tensor> piece = new LinkedHashMap<>();
        int[] range = IntStream.range(from, to).toArray();
        for (String name : growing)
          if (inputs.containsKey(name)) piece.put(name, Numbers.picked(inputs.get(name), 1, range));
        pieces.add(session.next(piece).get("logits"));
        from = to;
      }
      Tensor whole = loaded.forward(Request.of(inputs).tap("logits")).get("logits");
      return Numbers.apart(whole, Numbers.joined(pieces, 1));
    }
  }

  /** The first call has a token of each row, the whole prefix, and what numbers later tokens. */
  private int leastPrompt(String ids, Map<String, Tensor> inputs) {
    Model model = subject.model();
    Tensor rows = inputs.get(ids), mask = inputs.get(ids.replace("input_ids", "attention_mask"));
    int columns = Math.toIntExact(rows.shape().dim(1)), least = 1;
    boolean given =
        model.last().mask() instanceof Mask.Prefix
            || subject.graph().inputs().containsKey("prefix_lengths");
    for (int row = 0; row < rows.shape().dim(0); row++) {
      long wanted = given ? subject.batch().rows().get(row).prefix() : 1;
      for (int column = 0; column < columns; column++) {
        if (mask.get(row, column) == 1 && wanted-- > 0) least = Math.max(least, column + 1);
        long id = (long) rows.get(row, column);
        for (Role role : Role.values())
          if (model.computesWith(role) && role != Role.EOS && model.ids(role).contains(id))
            least = Math.max(least, column + 1);
      }
    }
    return least;
  }

  // ---- padded

  /** All rows at once, against each alone. */
  double padded(Batch.Side side) {
    Batch batch = subject.batch();
    String[] values = subject.values().toArray(String[]::new);
    double apart = 0;
    try (LoadedModel loaded = subject.load(dtype)) {
      Outputs all = loaded.forward(Request.of(batch.inputs(side)).tap(values));
      for (int row = 0; row < batch.rows().size(); row++) {
        Batch alone = batch.row(row);
        Outputs single = loaded.forward(Request.of(alone.inputs(side)).tap(values));
        for (String value : values) {
          Type type = subject.graph().type(value).orElseThrow();
          Tensor expected = alone.ofRow(0, side, type, single.get(value));
          apart =
              Math.max(
                  apart, Numbers.apart(expected, batch.ofRow(row, side, type, all.get(value))));
        }
      }
    }
    return apart;
  }

  // ---- taken apart

  /** Cut at values, the tail fed with what the head gives. */
  double cut(Collection<String> at) {
    Map<String, Tensor> inputs = subject.batch().inputs(Batch.Side.RIGHT);
    Passes.Cut cut = Passes.cut(subject.graph(), at);
    Map<String, Tensor> found = new LinkedHashMap<>();
    try (WeightPool pool = new WeightPool(Weights.of(subject.parameters()), dtype, Device.CPU);
        LoadedModel loaded = subject.load(dtype)) {
      Outputs head = run(cut.head(), inputs, pool);
      found.putAll(head.values());
      Map<String, Tensor> crossing = new LinkedHashMap<>(inputs);
      head.values()
          .forEach((name, tensor) -> {
            if (cut.tail().inputs().containsKey(name)) crossing.put(name, tensor);
          });
      if (!cut.tail().outputs().isEmpty()) found.putAll(run(cut.tail(), crossing, pool).values());
      Outputs whole = loaded.forward(Request.of(inputs));
      double apart = 0;
      for (var output : whole.values().entrySet())
        apart = Math.max(apart, Numbers.apart(output.getValue(), found.get(output.getKey())));
      return apart;
    }
  }

  private Outputs run(Graph graph, Map<String, Tensor> inputs, WeightPool pool) {
    try (Stages stages = new Stages(graph, dtype, List.of(Device.CPU), List.of(pool))) {
      Map<String, Tensor> ready = Arguments.of(subject.model(), graph, inputs, 0, Set.of());
      return stages.run(ready, List.of(), 0);
    }
  }

  /** The logits of the last token alone, also where another value is asked for all tokens. */
  double last(Batch.Side side) {
    Type logits = subject.graph().type("logits").orElse(null);
    int axis = logits == null ? -1 : logits.dims().indexOf(Dim.SEQ);
    if (axis < 0) return 0;
    String value =
        some(subject.named().stream().filter(name -> !name.equals("logits")).toList(), 1)
            .getFirst();
    Request alone = Request.of(subject.batch().inputs(side)), both = alone.tap(value);
    try (LoadedModel loaded = subject.load(dtype)) {
      Outputs all = loaded.forward(both), last = loaded.forward(both.finalLogits());
      int end = (int) all.logits().shape().dim(axis) - 1;
      Tensor expected = Numbers.picked(all.logits(), axis, end);
      return Math.max(
          Numbers.apart(all.get(value), last.get(value)),
          Math.max(
              Numbers.apart(expected, last.logits()),
              Numbers.apart(expected, loaded.forward(alone.finalLogits()).logits())));
    }
  }

  /** Layers on several devices. */
  double placed(Device... devices) {
    try (LoadedModel one = subject.load(dtype);
        LoadedModel several = subject.load(dtype, devices)) {
      Request request = subject.request(subject.batch());
      return apart(one.forward(request), several.forward(request));
    }
  }

  /** Values tapped and handed back. */
  double fed(Collection<String> values) {
    Request request = Request.of(subject.batch().inputs(Batch.Side.RIGHT));
    try (LoadedModel loaded = subject.load(dtype)) {
      Outputs plain = loaded.forward(request);
      Outputs tapped = loaded.forward(request.tap(values.toArray(String[]::new)));
      double apart = apart(plain, tapped);
      for (String value : values)
        apart =
            Math.max(apart, apart(plain, loaded.forward(request.feed(value, tapped.get(value)))));
      return apart;
    }
  }

  /** All values tapped at once. */
  double tapped(Collection<String> some) {
    Request request = Request.of(subject.batch().inputs(Batch.Side.RIGHT));
    try (LoadedModel loaded = subject.load(dtype)) {
      Outputs all = loaded.forward(request.tap(subject.named().toArray(String[]::new)));
      double apart = apart(loaded.forward(request), all);
      for (String value : some) {
        Outputs alone = loaded.forward(request.tap(value));
        apart = Math.max(apart, Numbers.apart(all.get(value), alone.get(value)));
      }
      return apart;
    }
  }

  private static double apart(Outputs expected, Outputs found) {
    double apart = 0;
    for (var each : expected.values().entrySet())
      apart = Math.max(apart, Numbers.apart(each.getValue(), found.get(each.getKey())));
    return apart;
  }

  /** So many of these. */
  List<String> some(List<String> names, int count) {
    Set<String> chosen = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) chosen.add(names.get(random.nextInt(names.size())));
    return List.copyOf(chosen);
  }
}
