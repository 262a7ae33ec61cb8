package org.isomorph.debug;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tower;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A model and a prompt that are being looked into.
 *
 * <pre>{@code
 * DebugSession session = DebugSession.of(model, Prompt.ids(model.model(), 1, 403, 407));
 * System.out.println(session.cosine());              // what each layer does to its input
 * System.out.println(session.lens(10));              // what each layer would predict
 * System.out.println(session.attention("3", "-1", "0"));
 * }</pre>
 *
 * <p>Values are computed when they are first asked for, as many as possible at once, and kept up to
 * a limit. The session holds no native memory: it ends with the model, which stays the caller's.
 * Where a prompt has several rows, results are about one of them, {@link #row}.
 */
public final class DebugSession {
  private static final long KEPT = 1L << 30;
  private static final Pattern MIXER = Pattern.compile("(.*\\d)\\.([a-z]\\w*)");

  private final LoadedModel loaded;
  private final Prompt prompt;
  private final SequencedMap<String, Tensor> feeds;
  private final int row;
  private final Values names;
  private final ValueCache cache;
  private final Map<String, Double> noted;

  private DebugSession(
      LoadedModel loaded,
      Prompt prompt,
      SequencedMap<String, Tensor> feeds,
      int row,
      ValueCache cache,
      Map<String, Double> noted) {
    this.loaded = loaded;
    this.prompt = prompt;
    this.feeds = feeds;
    this.row = row;
    this.names = Values.of(loaded.model());
    this.cache = cache;
    this.noted = noted;
  }

  /**
   * A session on a model that stays open for as long.
   *
   * @throws DebugException if the prompt is longer than the model was made for
   */
  public static DebugSession of(LoadedModel model, Prompt prompt) {
    prompt.requireFits(model.model());
    return new DebugSession(
        model, prompt, new LinkedHashMap<>(), 0, new ValueCache(KEPT), new ConcurrentHashMap<>());
  }

  /** A session on one sequence of token ids. */
  public static DebugSession of(LoadedModel model, long... ids) {
    return of(model, Prompt.ids(model.model(), ids));
  }

  /** The same session, looking at another row of the inputs. */
  public DebugSession row(int other) {
    return new DebugSession(loaded, prompt, feeds, other, cache, noted);
  }

  /**
   * A session in which a value is replaced: what follows from it is computed anew.
   *
   * @param name any of the value's names
   * @throws org.isomorph.spec.SpecException if there is no such value
   */
  public DebugSession patched(String name, Tensor value) {
    Tensor before = value(name);
    if (!before.shape().equals(value.shape()))
      throw new DebugException(
          "%s: expected shape %s in place of the value, found %s"
              .formatted(name, before.shape(), value.shape()));
    SequencedMap<String, Tensor> more = new LinkedHashMap<>(feeds);
    more.put(names.resolve(name).name(), value);
    return new DebugSession(
        loaded, prompt, more, row, new ValueCache(KEPT), new ConcurrentHashMap<>());
  }

  /**
   * A session in which a value is replaced by what a change makes of it, elements in row-major
   * order.
   */
  public DebugSession patched(String name, UnaryOperator<float[]> change) {
    Tensor before = value(name);
    return patched(name, Tensor.ofFloats(before.shape(), change.apply(before.floats())));
  }

  /** The description of the model. */
  public Model model() {
    return loaded.model();
  }

  /** The model that runs. */
  public LoadedModel loaded() {
    return loaded;
  }

  public Prompt prompt() {
    return prompt;
  }

  /** Values that are replaced, by canonical names. */
  public SequencedMap<String, Tensor> patches() {
    return Collections.unmodifiableSequencedMap(feeds);
  }

  /** The row of the inputs that results are about. */
  public int row() {
    return row;
  }

  /** What a tower reads in the row that is looked at. */
  public TokenSequence sequence(String tower) {
    Tower known =
        model().tower(tower).orElseThrow(() -> new DebugException("there is no tower " + tower));
    return Sequences.of(model(), loaded.graph(), prompt, row, known);
  }

  /** The places of what a value was computed from: those of its tower. */
  List<Token> tokensOf(String name) {
    Tower tower =
        model().towers().stream()
            .filter(each -> name.startsWith(each.name() + "."))
            .findFirst()
            .orElse(model().last());
    return sequence(tower.name()).tokens();
  }

  /** What the last tower reads. */
  public TokenSequence sequence() {
    return sequence(model().last().name());
  }

  /** The model, its dtype and how many tokens it was given. */
  public RunInfo info() {
    long tokens = sequence().tokens().stream().filter(token -> !token.isPadding()).count();
    return new RunInfo(model().name(), loaded.dtype(), tokens);
  }

  // ---- values

  /**
   * The value with any of its names, all rows: F32, or F64 where the model runs in it.
   *
   * @throws org.isomorph.spec.SpecException if there is none, with the nearest and the reason
   */
  public Tensor value(String name) {
    String canonical = names.resolve(name).name();
    Tensor found = fetch(List.of(canonical)).get(canonical);
    return Objects.requireNonNull(found);
  }

  /**
   * The values that patterns name, with ranges and globs, by canonical names in the order of
   * computation.
   */
  public SequencedMap<String, Tensor> values(String... patterns) {
    return fetch(named(patterns));
  }

  /** The canonical names of what patterns name, in the order of computation. */
  public List<String> named(String... patterns) {
    List<Value> asked =
        Arrays.stream(patterns).flatMap(each -> names.select(each).stream()).toList();
    return names.all().stream().filter(asked::contains).map(Value::name).toList();
  }

  /** Values by the graph's names for them, which are more than the canonical ones. */
  SequencedMap<String, Tensor> fetch(Collection<String> asked) {
    SequencedMap<String, Tensor> found = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String name : asked) {
      Tensor known = cache.get(loaded.graph().value(name));
      if (known == null) missing.add(name);
      else found.put(name, known);
    }
    if (missing.isEmpty()) return found;
    Outputs computed = forward(request().tap(missing.toArray(String[]::new)).tapsAlone());
    SequencedMap<String, Tensor> all = new LinkedHashMap<>();
    for (String name : asked) {
      @Nullable Tensor known = found.get(name);
      if (known == null) {
        known = computed.get(name);
        cache.put(loaded.graph().value(name), known);
      }
      all.put(name, known);
    }
    return all;
  }

  /** What the model gives at its end, by Hugging Face's names: {@code logits}, ... */
  public SequencedMap<String, Tensor> outputs() {
    SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
    for (String name : loaded.graph().outputs().keySet()) {
      @Nullable Tensor known = cache.get("output " + name);
      if (known == null) {
        Outputs computed = forward(request());
        computed.values().forEach((label, tensor) -> cache.put("output " + label, tensor));
        return computed.values();
      }
      outputs.put(name, known);
    }
    return outputs;
  }

  /** The prompt and its patches; nothing is tapped yet. */
  Request request() {
    Request request = Request.of(prompt.inputs());
    for (Map.Entry<String, Tensor> feed : feeds.entrySet())
      request = request.feed(feed.getKey(), feed.getValue());
    return request;
  }

  Outputs forward(Request request) {
    return loaded.forward(request);
  }

  /**
   * By how much the model's outputs change when this value is looked at, as a part of the greatest:
   * where attention is taken apart, it is computed in another order. What it is for the first value
   * that was asked about stands for all.
   */
  double disturbance(String name) {
    return noted.computeIfAbsent(
        "disturbance",
        _ -> {
          SequencedMap<String, Tensor> watched = forward(request().tap(name)).values();
          double difference = 0, greatest = 0;
          for (Map.Entry<String, Tensor> output : outputs().entrySet()) {
            Tensor other = watched.get(output.getKey());
            if (other == null) continue;
            float[] plain = output.getValue().floats(), seen = other.floats();
            for (int at = 0; at < plain.length; at++) {
              greatest = Math.max(greatest, Math.abs(plain[at]));
              difference = Math.max(difference, Math.abs((double) plain[at] - seen[at]));
            }
          }
          return greatest == 0 ? 0 : difference / greatest;
        });
  }

  // ---- probes

  /** What a probe sees. */
  public <R> R look(Probe<R> probe) {
    return probe.look(this);
  }

  /** What every layer does to its input, and the final norm. */
  public CosDistance cosine() {
    return cosine("all");
  }

  /** What these layers do to their input: {@code 3}, {@code 0..5}, {@code encoder}. */
  public CosDistance cosine(String layers) {
    return look(CosineProbe.of(Layer.parse(model(), layers)));
  }

  /**
   * What these layers do to their input, with each dimension standardised over the counted tokens,
   * so that a few rogue dimensions do not decide the cosine.
   *
   * @throws DebugException if there are fewer than two such tokens
   */
  public CosDistance standardisedCosine(String layers) {
    return look(CosineProbe.of(Layer.parse(model(), layers)).standardised());
  }

  /**
   * What every state of the stream would predict, at all tokens.
   *
   * @param count how many candidates are kept for each token
   */
  public Lens lens(int count) {
    return look(LensProbe.all(model(), count, List.of()));
  }

  /** What the states behind these layers would predict, at all tokens. */
  public Lens lens(String layers, int count) {
    return look(new LensProbe(Layer.parse(model(), layers), false, count, List.of()));
  }

  /** Who attends to whom in a layer: {@code 3}, {@code encoder.0}, {@code decoder.3.cross}. */
  public AttentionMap attention(String layer) {
    return look(attentionOf(layer));
  }

  /**
   * How much one token attends to another in a layer.
   *
   * @param query the index of the token that attends, or its text; {@code " it"#2} for the second
   * @param key of the token that is attended to
   */
  public AttentionReadout attention(String layer, String query, String key) {
    return look(new AttentionPairProbe(attentionOf(layer), query, key));
  }

  private AttentionProbe attentionOf(String text) {
    Matcher mixer = MIXER.matcher(text);
    String named = mixer.matches() ? mixer.group(1) : text;
    List<Layer> layers = Layer.parse(model(), named);
    if (layers.size() != 1)
      throw new DebugException(
          "attention is shown of one layer at a time; %s names %d".formatted(text, layers.size()));
    return new AttentionProbe(
        layers.getFirst(), mixer.matches() ? Optional.of(mixer.group(2)) : Optional.empty());
  }

  /** Values in numbers, by any of their names, with ranges and globs. */
  public Statistics statistics(String... patterns) {
    return look(new StatisticsProbe(List.of(patterns)));
  }

  /** The first value in the order of computation that is NaN or infinite somewhere. */
  public NonFinite nonFinite() {
    return look(new FiniteProbe());
  }

  /** How the mixtures of all layers send tokens to their experts. */
  public Routing routing() {
    return look(new RoutingProbe(Layer.all(model())));
  }
}
