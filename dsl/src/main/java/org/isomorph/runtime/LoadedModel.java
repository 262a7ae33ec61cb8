package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Passes;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * A model that runs: its description, compiled, and its weights, mapped.
 *
 * <pre>{@code
 * try (LoadedModel model = LoadedModel.load(spec, weights, RunOptions.usual())) {
 *   Outputs outputs = model.forward(Request.ids(1, 2, 3).tap("decoder.*.out"));
 *   Tensor logits = outputs.logits();                  // F32 (batch, seq, vocabulary)
 * }
 * }</pre>
 *
 * <p>Many threads may run one model at once. Each set of taps and feeds is compiled when it is
 * first asked for, in some hundredths of a second, and kept.
 */
public final class LoadedModel implements AutoCloseable {
  private final Model model;
  private final Graph whole;
  private final Graph graph;
  private final Values values;
  private final DType dtype;
  private final List<Device> devices;
  private final List<WeightPool> pools = new ArrayList<>();
  private final Map<Object, Stages> compiled = new LinkedHashMap<>(16, 0.75f, true);

  private LoadedModel(Model model, Weights weights, DType dtype, List<Device> devices) {
    this.model = model;
    this.whole = Lowering.whole(model);
    this.graph = Passes.live(whole);
    this.values = Values.of(model);
    this.dtype = dtype;
    this.devices = devices;
    Map<Device, WeightPool> byDevice = new HashMap<>();
    for (Device device : devices)
      pools.add(byDevice.computeIfAbsent(device, place -> new WeightPool(weights, dtype, place)));
  }

  /**
   * Loads a model. Weights are mapped, not read: it takes about as long for large ones.
   *
   * @throws RunException if a weight is missing or has another shape than the model says
   */
  public static LoadedModel load(Model model, Weights weights, RunOptions options) {
    Weights checked = checked(model, weights);
    DType dtype = options.dtype().orElseGet(() -> stored(model, checked));
    LoadedModel loaded = new LoadedModel(model, checked, dtype, options.devices());
    try {
      // Now, not at the first call: what does not fit is said here.
      loaded.stages(loaded.graph, List.of());
    } catch (RuntimeException failed) {
      loaded.close();
      throw failed;
    }
    return loaded;
  }

  private static Weights checked(Model model, Weights weights) {
    Map<String, Shape> shapes = new HashMap<>();
    for (Parameter parameter : Parameters.of(model))
      shapes.put(parameter.name(), parameter.shape());
    return name -> {
      StoredWeight found = weights.find(name);
      Shape expected = java.util.Objects.requireNonNull(shapes.get(name), name);
      if (!expected.equals(found.shape()))
        throw new RunException(name + ": expected shape " + expected + ", found " + found.shape());
      return found;
    };
  }

  /** The dtype of the first matrix, where models can run in it. */
  private static DType stored(Model model, Weights weights) {
    return Parameters.of(model).stream()
        .filter(parameter ->
            parameter.kind() == Parameter.Kind.MATRIX || parameter.kind() == Parameter.Kind.TABLE)
        .findFirst()
        .map(parameter -> weights.find(parameter.name()).dtype())
        .map(dtype -> dtype == DType.BF16 || dtype == DType.F64 ? dtype : DType.F32)
        .orElse(DType.F32);
  }

  /** The description. */
  public Model model() {
    return model;
  }

  /** What is computed, value by value. */
  public Graph graph() {
    return graph;
  }

  /** The dtype that it runs in. */
  public DType dtype() {
    return dtype;
  }

  /** Bytes of files that are read in place. */
  public long mappedBytes() {
    return new LinkedHashSet<>(pools).stream().mapToLong(WeightPool::mappedBytes).sum();
  }

  /** Bytes of weights that had to be made: cast, cut out, or put on a GPU. */
  public long materialisedBytes() {
    return new LinkedHashSet<>(pools).stream().mapToLong(WeightPool::materialisedBytes).sum();
  }

  /**
   * One forward pass over whole sequences.
   *
   * @return the model's outputs and what was tapped
   * @throws RunException if an input is missing or does not fit
   * @throws org.isomorph.spec.SpecException if a tap or feed is no value of this model
   */
  public Outputs forward(Request request) {
    Map<String, Tensor> given = new LinkedHashMap<>(request.inputs());
    Graph wanted = prepared(whole, request, given);
    Stages stages = stages(wanted, key(request));
    return stages.run(Arguments.of(model, wanted, given, 0, Set.of()), List.of(), 0);
  }

  /**
   * Begins a sequence that is given piece by piece, each computed once: what earlier pieces left is
   * remembered.
   *
   * @param request what an encoder reads, if the model has one, and what to tap with every piece
   * @throws RunException if the model does not generate, or an input does not fit
   */
  public Session session(Request request) {
    Graph remembering = Passes.remembering(graph);
    if (remembering.memory().isEmpty())
      throw new RunException(
          "a session needs a model that predicts tokens from earlier ones: "
              + model.name()
              + " does not");
    return new Session(this, remembering, request);
  }

  /** A session of a model that reads nothing but the tokens that it continues. */
  public Session session() {
    return session(Request.of(Map.of()));
  }

  // ---- compiling

  /** The graph with a request's taps and feeds; fed values join the inputs under their names. */
  Graph prepared(Graph of, Request request, Map<String, Tensor> given) {
    Graph wanted = of;
    Set<String> fed = new LinkedHashSet<>();
    request
        .feeds()
        .forEach((name, tensor) -> {
          String value = of.value(named(name).getFirst());
          given.put(value, tensor);
          fed.add(value);
        });
    Tensor positions = given.remove("position_ids");
    if (positions != null && of.type("positions").isPresent()) {
      given.put("positions", positions);
      fed.add("positions");
    }
    Set<String> taps = new LinkedHashSet<>();
    for (String tap : request.taps()) {
      List<String> names = new ArrayList<>(named(tap));
      // A piece of a sequence predicts no further tokens: a pattern does not ask for them.
      if (names.size() > 1)
        names.removeIf(name -> name.startsWith("mtp.") && of.type(name).isEmpty());
      taps.addAll(names);
    }
    if (!taps.isEmpty()) wanted = Passes.tap(wanted, taps);
    if (!fed.isEmpty()) wanted = Passes.feed(wanted, fed);
    return Passes.live(request.finalOnly() ? Passes.finalLogits(wanted) : wanted);
  }

  /** The canonical names of what a pattern names. */
  private List<String> named(String pattern) {
    if (whole.type(pattern).isPresent()) return List.of(pattern);
    return values.select(pattern).stream().map(Value::name).toList();
  }

  static Object key(Request request) {
    return List.of(
        request.taps(),
        request.feeds().keySet(),
        request.inputs().containsKey("position_ids"),
        request.finalOnly());
  }

  /** The graph, compiled; kept under a key that says what was asked for. */
  Stages stages(Graph wanted, Object key) {
    synchronized (compiled) {
      Stages known = compiled.get(key);
      if (known != null) return known;
      Stages made = new Stages(wanted, dtype, devices, pools);
      compiled.put(key, made);
      return made;
    }
  }

  @Override
  public void close() {
    synchronized (compiled) {
      compiled.values().forEach(Stages::close);
      compiled.clear();
    }
    new LinkedHashSet<>(pools).forEach(WeightPool::close);
  }
}
