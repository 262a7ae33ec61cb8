package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Type;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * What a law is tried on: a model, weights, and rows of tokens, all of one seed.
 *
 * @param values what is compared: results of heads, and the streams that leave towers
 * @param parameters of standard deviations that keep the stream about as large as it is
 */
record Subject(
    Model model, Graph graph, List<String> values, Map<String, Tensor> parameters, Batch batch) {
  private static final int MOST_TOKENS = 9;
  private static final int FEWEST_TOKENS = 4;
  private static final double NEAR_TIE = 1e-3;
  private static final double UNSTEADY = 2e-6;

  /**
   * The subject of a seed; empty where routers can hardly choose, for then rounding chooses, and
   * where large numbers cancel, for then it decides.
   */
  static Optional<Subject> of(Model model, long seed) {
    Graph graph = Lowering.of(model);
    for (int attempt = 0; attempt < 4; attempt++) {
      Subject subject = drawn(model, graph, seed, attempt);
      if (subject.isDecided() && subject.isSteady()) return Optional.of(subject);
    }
    return Optional.empty();
  }

  /** As {@link #of}, whatever routers and rounding do. */
  static Subject any(Model model, long seed) {
    return drawn(model, Lowering.of(model), seed, 0);
  }

  private static Subject drawn(Model model, Graph graph, long seed, int attempt) {
    return new Subject(
        model,
        graph,
        values(model, graph),
        parameters(model, 31 * seed + attempt),
        batch(model, graph, new Random(17 * seed + attempt)));
  }

  LoadedModel load(DType dtype, Device... devices) {
    List<Device> places = devices.length == 0 ? List.of(Device.CPU) : List.of(devices);
    return LoadedModel.load(model, Weights.of(parameters), RunOptions.usual().in(dtype).on(places));
  }

  /** All rows at once, unpadded ones too, with everything that is compared. */
  Request request(Batch rows) {
    return Request.of(rows.inputs(Batch.Side.RIGHT)).tap(values.toArray(String[]::new));
  }

  private static List<String> values(Model model, Graph graph) {
    Set<String> values = new LinkedHashSet<>(graph.outputs().values());
    for (Tower tower : model.towers())
      values.add(tower.name() + "." + (tower.depth() - 1) + ".out");
    values.removeIf(value -> graph.type(value).isEmpty());
    return List.copyOf(values);
  }

  /** All values that have a name in the description, of the towers that outputs depend on. */
  List<String> named() {
    return Values.of(model).all().stream()
        .map(Value::name)
        .filter(name ->
            graph.type(name).isPresent()
                || graph.type(name.replaceAll("\\.(scores|probs)$", ".mix.heads")).isPresent())
        .toList();
  }

  /** Whether pooling finds what it looks for in every row, and padding is not it. */
  boolean ends() {
    boolean looks = model.heads().stream().anyMatch(head -> head.pooling() == Pooling.EOS);
    return !looks
        || batch.rows().stream()
            .flatMap(row -> row.ids().values().stream())
            .allMatch(ids -> LongStream.of(ids).anyMatch(model.ids(Role.EOS)::contains));
  }

  private boolean isDecided() {
    List<String> routers = Margins.routers(graph);
    if (routers.isEmpty()) return true;
    try (LoadedModel loaded = load(DType.F64)) {
      Outputs outputs =
          loaded.forward(
              Request.of(batch.inputs(Batch.Side.RIGHT)).tap(routers.toArray(String[]::new)));
      return Margins.least(graph, outputs, parameters) > NEAR_TIE;
    }
  }

  /** Whether float32 is as near to float64 as its rounding allows: nothing large cancels. */
  private boolean isSteady() {
    try (LoadedModel narrow = load(DType.F32);
        LoadedModel wide = load(DType.F64)) {
      Outputs expected = wide.forward(request(batch)), found = narrow.forward(request(batch));
      return values.stream()
          .allMatch(value -> Numbers.apart(expected.get(value), found.get(value)) < UNSTEADY);
    }
  }

  private static Map<String, Tensor> parameters(Model model, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new HashMap<>();
    for (Parameter parameter : Parameters.of(model)) {
      double[] values = new double[Math.toIntExact(parameter.shape().elements())];
      long width = parameter.shape().rank() == 0 ? 1 : parameter.shape().dim(-1);
      for (int i = 0; i < values.length; i++)
        values[i] =
            switch (parameter.kind()) {
              case MATRIX -> random.nextGaussian() / Math.sqrt((double) width);
              case TABLE -> random.nextGaussian() * 0.5;
              case GAIN -> 1 + random.nextGaussian() * 0.1;
              case BIAS -> random.nextGaussian() * 0.1;
            };
      tensors.put(parameter.name(), Tensor.ofDoubles(parameter.shape(), values));
    }
    return tensors;
  }

  private static Batch batch(Model model, Graph graph, Random random) {
    Map<String, Long> vocabularies = new LinkedHashMap<>();
    long most = MOST_TOKENS;
    for (Tower tower : model.towers())
      if (tower.input() instanceof Tokens tokens) {
        vocabularies.put(idsName(model, graph, tower), tokens.vocabulary());
        if (tokens.position() instanceof AbsolutePosition.Learned learned)
          most = Math.min(most, learned.max());
      }
    List<Batch.Row> rows = new ArrayList<>();
    for (int row = 0; row < 3; row++) {
      Map<String, long[]> ids = new LinkedHashMap<>(), segments = new LinkedHashMap<>();
      for (var vocabulary : vocabularies.entrySet()) {
        String name = vocabulary.getKey();
        int least = (int) Math.min(most, FEWEST_TOKENS);
        int length = random.nextInt(least, (int) most + 1);
        long[] tokens = new long[length];
        for (int i = 0; i < length; i++) tokens[i] = ordinary(model, vocabulary.getValue(), random);
        mark(model, vocabulary.getValue(), tokens, random);
        ids.put(name, tokens);
        String types = name.replace("input_ids", "token_type_ids");
        if (graph.inputs().containsKey(types))
          segments.put(types, random.longs(length, 0, segments(model, name)).toArray());
      }
      int prefix = random.nextInt(1, 3);
      rows.add(new Batch.Row(ids, segments, prefix));
    }
    return new Batch(graph, rows, pixels(model, graph, random));
  }

  /** A token that neither pads nor ends a prefix, if there is one. */
  private static long ordinary(Model model, long vocabulary, Random random) {
    long token = 0;
    for (int attempt = 0; attempt < 20; attempt++) {
      token = random.nextLong(vocabulary);
      boolean plain = token != 0;
      for (Role role : Role.values())
        plain &= !model.computesWith(role) || !model.ids(role).contains(token);
      if (plain) break;
    }
    return token;
  }

  static String idsName(Model model, Graph graph, Tower tower) {
    boolean second =
        graph.inputs().containsKey("decoder_input_ids")
            && model.towers().indexOf(tower) == model.towers().size() - 1;
    return second ? "decoder_input_ids" : "input_ids";
  }

  private static long segments(Model model, String ids) {
    var towers = model.towers().stream().map(Tower::input).filter(Tokens.class::isInstance);
    var inputs = towers.map(Tokens.class::cast).toList();
    return (ids.startsWith("decoder_") ? inputs.getLast() : inputs.getFirst()).segments();
  }

  /** Most rows have the tokens that masks, positions and pooling look for, among the first. */
  private static void mark(Model model, long vocabulary, long[] tokens, Random random) {
    for (Role role : Role.values()) {
      boolean matters = model.computesWith(role);
      for (long id : model.ids(role))
        if (matters && id < vocabulary && random.nextInt(4) > 0)
          tokens[random.nextInt(Math.max(1, tokens.length / 2))] = id;
    }
    boolean ends = model.heads().stream().anyMatch(head -> head.pooling() == Pooling.EOS);
    if (ends && !model.ids(Role.EOS).isEmpty() && model.ids(Role.EOS).getFirst() < vocabulary)
      tokens[tokens.length - 1] = model.ids(Role.EOS).getFirst();
  }

  private static Optional<Tensor> pixels(Model model, Graph graph, Random random) {
    @org.jspecify.annotations.Nullable Type type = graph.inputs().get("pixel_values");
    if (type == null) return Optional.empty();
    for (Tower tower : model.towers()) {
      Input input = tower.input();
      if (input instanceof Patches patches) return Optional.of(Batch.images(patches, 3, random));
    }
    throw new IllegalStateException("pixels for no tower");
  }
}
