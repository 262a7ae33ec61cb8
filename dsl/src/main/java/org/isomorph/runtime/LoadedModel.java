package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.isomorph.compile.Precision;
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
 * first asked for, in some hundredths of a second, and kept: asked for again, it costs nothing but
 * its computation.
 */
public final class LoadedModel implements AutoCloseable {
  private static final String POSITION_IDS = "position_ids";
  private static final String POSITIONS = "positions";

  private final Model model;
  private final Graph whole;
  private final Graph graph;
  private final Values values;
  private final boolean positioned;
  private final DType dtype;
  private final List<Device> devices;
  private final List<WeightPool> pools = new ArrayList<>();
  private final Map<Object, Stages> compiled = new HashMap<>();
  private final Map<Object, Steps> steps = new HashMap<>();
  private final Map<String, String> fed = new ConcurrentHashMap<>();

  private LoadedModel(Model model, Weights weights, DType dtype, List<Device> devices) {
    this.model = model;
    this.whole = Lowering.whole(model);
    this.graph = Passes.live(whole);
    this.values = Values.of(model);
    this.positioned = whole.type(POSITIONS).isPresent();
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
      loaded.bind();
    } catch (RuntimeException failed) {
      loaded.close();
      throw failed;
    }
    return loaded;
  }

  /**
   * Starts libtorch on another thread, if it was not started yet: a program that says so at once
   * has it when the files of its model are found. What fails is told when a model is loaded.
   */
  public static void prepare() {
    Torch.startAside();
  }

  /**
   * Sets how many threads one operation may use, from now on, for all models of this process; as
   * many as there are cores unless set. A tiny model is faster with one, as more of them mostly
   * wait for each other.
   */
  public static void threads(int number) {
    if (number < 1) throw new RunException("threads: expected at least 1, found " + number);
    Torch.threads(number);
  }

  /** The weights, each checked against the description when it is found. */
  static Weights checked(Model model, Weights weights) {
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
  static DType stored(Model model, Weights weights) {
    return Parameters.of(model).stream()
        .filter(parameter ->
            parameter.kind() == Parameter.Kind.MATRIX || parameter.kind() == Parameter.Kind.TABLE)
        .findFirst()
        .map(parameter -> weights.find(parameter.name()).dtype())
        .filter(Precision::isPossible)
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
   * @throws RunException if an input is missing or does not fit, or a file with weights was changed
   * @throws org.isomorph.spec.SpecException if a tap or feed is no value of this model
   */
  public Outputs forward(Request request) {
    requireUnchanged();
    Stages stages = stages(key(request), () -> prepared(whole, request));
    Map<String, Tensor> given = given(request);
    if (!stages.graph().inputs().containsKey(POSITIONS)) given.remove(POSITIONS);
    for (String name : request.feeds().keySet())
      // Behind another feed, or beside what is asked for: nobody reads it.
      if (!stages.graph().inputs().containsKey(fed(name))) given.remove(fed(name));
    Map<String, Tensor> arguments = Arguments.of(model, stages.graph(), given, 0, Set.of());
    return stages.run(arguments, List.of(), 0);
  }

  /**
   * Begins a sequence that is given piece by piece, each computed once: what earlier pieces left is
   * remembered.
   *
   * @param request what an encoder reads, if the model has one, and what to tap with every piece
   * @throws RunException if the model does not generate, or an input does not fit
   */
  public Session session(Request request) {
    requireUnchanged();
    return new Session(this, steps(request), given(request));
  }

  /** A session of a model that reads nothing but the tokens that it continues. */
  public Session session() {
    return session(Request.of(Map.of()));
  }

  /**
   * Continues a prompt, token by token; nothing is computed before the first is asked for.
   *
   * @param request the prompt as {@code input_ids} (1, seq), which an encoder reads if the model
   *     has one: its decoder then starts with the token of that role, or with {@code
   *     decoder_input_ids}; and what to tap. Of a model with a given prefix, the prompt is the
   *     prefix unless {@code prefix_lengths} says otherwise
   * @throws RunException if the model does not generate, or an input does not fit
   */
  public Generation generate(Request request, Sampling sampling) {
    return new Generation(this, request, sampling);
  }

  /** Continues a prompt of token ids. */
  public Generation generate(long[] prompt, Sampling sampling) {
    return generate(Request.ids(prompt), sampling);
  }

  /** Whoever reads a mapped file that has become shorter is killed by the system. */
  private void requireUnchanged() {
    new LinkedHashSet<>(pools).forEach(WeightPool::requireUnchanged);
  }

  // ---- compiling

  /** A request's tensors, fed ones too, by the names that the graph has for them. */
  private Map<String, Tensor> given(Request request) {
    Map<String, Tensor> given = new LinkedHashMap<>(request.inputs());
    request.feeds().forEach((name, tensor) -> given.put(fed(name), tensor));
    Tensor positions = given.remove(POSITION_IDS);
    if (positions != null && positioned) given.put(POSITIONS, positions);
    return given;
  }

  /** The graph with a request's taps and feeds. */
  private Graph prepared(Graph of, Request request) {
    Graph wanted = of;
    Set<String> feeds = new LinkedHashSet<>();
    for (String name : request.feeds().keySet()) feeds.add(fed(name));
    if (positioned && request.inputs().containsKey(POSITION_IDS)) feeds.add(POSITIONS);
    Set<String> taps = new LinkedHashSet<>();
    for (String tap : request.taps()) {
      List<String> names = new ArrayList<>(named(tap));
      // A piece of a sequence predicts no further tokens: a pattern does not ask for them.
      if (names.size() > 1)
        names.removeIf(name -> name.startsWith("mtp.") && of.type(name).isEmpty());
      taps.addAll(names);
    }
    // What is fed is tapped first, so that it is there also where nothing else needs it.
    Set<String> kept = new LinkedHashSet<>(request.tapsOnly() ? Set.of() : of.outputs().keySet());
    kept.addAll(taps);
    taps.addAll(feeds);
    if (!taps.isEmpty()) wanted = Passes.tap(wanted, taps);
    if (!feeds.isEmpty()) wanted = Passes.feed(wanted, feeds);
    SequencedMap<String, String> outputs = new LinkedHashMap<>(wanted.outputs());
    outputs.keySet().retainAll(kept);
    wanted = wanted.outputs(outputs);
    return request.finalOnly() ? Passes.finalLogits(wanted) : wanted;
  }

  /** The canonical names of what a pattern names. */
  private List<String> named(String pattern) {
    if (whole.type(pattern).isPresent()) return List.of(pattern);
    return values.select(pattern).stream().map(Value::name).toList();
  }

  /** The graph's name of the one value that is fed. */
  private String fed(String name) {
    return fed.computeIfAbsent(
        name,
        _ -> {
          List<String> found = named(name);
          if (found.size() > 1)
            throw new RunException(
                "a feed replaces one value, %s names %d".formatted(name, found.size()));
          return whole.value(found.getFirst());
        });
  }

  private static Object key(Request request) {
    return List.of(
        request.taps(),
        request.feeds().keySet(),
        request.inputs().containsKey(POSITION_IDS),
        request.finalOnly(),
        request.tapsOnly());
  }

  /** A graph, compiled; kept under a key that says what was asked for. */
  private Stages stages(Object key, Supplier<Graph> wanted) {
    synchronized (compiled) {
      Stages known = compiled.get(key);
      if (known != null) return known;
      Stages made = new Stages(wanted.get(), dtype, devices, pools);
      compiled.put(key, made);
      return made;
    }
  }

  /**
   * What a session runs.
   *
   * @param once when it begins; empty where all depends on tokens to come
   * @param each with every piece
   */
  record Steps(Optional<Stages> once, Stages each) {}

  private Steps steps(Request request) {
    synchronized (compiled) {
      Object key = key(request);
      Steps known = steps.get(key);
      if (known != null) return known;
      Graph remembering = Passes.remembering(graph);
      if (remembering.memory().isEmpty())
        throw new RunException(
            "a session needs a model that predicts tokens from earlier ones: "
                + model.name()
                + " does not");
      Passes.Cut cut = Passes.once(prepared(remembering, request));
      Optional<Stages> once =
          cut.head().nodes().isEmpty()
              ? Optional.empty()
              : Optional.of(stages(List.of("once", key), cut::head));
      Steps made = new Steps(once, stages(List.of("each", key), cut::tail));
      steps.put(key, made);
      return made;
    }
  }

  /** Binds the weights of a plain forward pass, each where it will be needed. */
  private void bind() {
    List<Graph> parts = Stages.parts(graph, devices.size());
    for (int index = 0; index < parts.size(); index++)
      pools.get(index).bind(List.copyOf(parts.get(index).parameters().keySet()));
  }

  @Override
  public void close() {
    synchronized (compiled) {
      compiled.values().forEach(Stages::close);
      compiled.clear();
      steps.clear();
    }
    new LinkedHashSet<>(pools).forEach(WeightPool::close);
  }
}
