package org.isomorph.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values that a model computes on its way, by their canonical names: what can be looked at,
 * compared and replaced.
 */
public final class Values {
  private static final String STREAM = "(batch, seq, %d)";
  private static final Pattern LAYER = Pattern.compile("([a-z_]+)\\.(-?\\d+)\\.(.*)");

  private static final Pattern RANGE =
      Pattern.compile("([a-z_]+)\\.(-?\\d{1,9})\\.\\.(-?\\d{1,9})(\\..*)");

  /** A layer counted from the end in another tool's name: {@code blocks.-1.}, {@code [-2]}. */
  private static final Pattern FROM_THE_END = Pattern.compile("([.\\[])-(\\d{1,9})(?=[.\\]])");

  private final Model model;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, String> aliases = new LinkedHashMap<>();

  private Values(Model model) {
    this.model = model;
    for (Tower tower : model.towers()) tower(tower);
    model.lm().ifPresent(this::logits);
    if (model.lm().isPresent())
      for (Head head : model.heads())
        if (head instanceof Head.NextTokens further && further.block().isPresent())
          furtherLogits(further);
  }

  /** The values of {@code model}. */
  public static Values of(Model model) {
    return new Values(model);
  }

  /** All values in the order of computation. */
  public List<Value> all() {
    return List.copyOf(values.values());
  }

  /**
   * The value with this name: canonical, another tool's, {@code layers.3.out} for the only tower,
   * or {@code decoder.-1.out} counted from the last layer.
   *
   * @throws SpecException with the nearest names, and why a point does not exist where the
   *     description says so
   */
  public Value resolve(String name) {
    String canonical = canonical(name);
    Value found = values.get(canonical);
    if (found == null) found = values.get(aliases.getOrDefault(name, ""));
    if (found == null) found = values.get(aliases.getOrDefault(fromTheFront(name), ""));
    if (found != null) return found;
    String why = absence(canonical).map(reason -> " (" + reason + ")").orElse("");
    throw new SpecException(
        "no value "
            + name
            + why
            + "; the nearest are "
            + String.join(", ", Nearest.to(canonical, values.keySet(), 5)));
  }

  /**
   * The values that a pattern names: one by any of its names, several by a range of layers ({@code
   * decoder.8..16.attn.probs}) or with {@code *}, which stands for any text, dots too.
   */
  public List<Value> select(String pattern) {
    Matcher range = RANGE.matcher(pattern);
    if (range.matches()) return select(pattern, range);
    if (!pattern.contains("*")) return List.of(resolve(pattern));
    return matching(pattern, Pattern.compile(Pattern.quote(pattern).replace("*", "\\E.*\\Q")));
  }

  private List<Value> select(String pattern, Matcher range) {
    Tower tower =
        named(range.group(1))
            .orElseThrow(() ->
                new SpecException(
                    "no value matches %s: the towers are %s".formatted(pattern, towers())));
    long first = layer(tower, range.group(2)), last = layer(tower, range.group(3));
    if (first < 0 || last >= tower.depth() || first > last)
      throw new SpecException(
          "no value matches %s: the layers of %s are 0 to %d"
              .formatted(pattern, tower.name(), tower.depth() - 1));
    StringBuilder layers = new StringBuilder();
    for (long layer = first; layer <= last; layer++)
      layers.append(layer == first ? "" : "|").append(layer);
    String rest = Pattern.quote(range.group(4)).replace("*", "\\E.*\\Q");
    return matching(pattern, Pattern.compile(tower.name() + "\\.(?:" + layers + ")" + rest));
  }

  private List<Value> matching(String pattern, Pattern form) {
    List<Value> found =
        values.values().stream().filter(value -> form.matcher(value.name()).matches()).toList();
    if (found.isEmpty()) throw new SpecException("no value matches " + pattern);
    return found;
  }

  /** The tower with this name; {@code layers} is the only one. */
  private Optional<Tower> named(String name) {
    boolean only = name.equals("layers") && model.towers().size() == 1;
    return model.tower(only ? model.last().name() : name);
  }

  private List<String> towers() {
    return model.towers().stream().map(Tower::name).toList();
  }

  private static long layer(Tower tower, String number) {
    long layer = Long.parseLong(number);
    return layer < 0 ? tower.depth() + layer : layer;
  }

  /** Another tool's name with its layer counted from the first; others know one tower. */
  private String fromTheFront(String name) {
    // There is one more state than there are layers.
    long count = model.last().depth() + (name.startsWith("hidden_states") ? 1 : 0);
    return FROM_THE_END
        .matcher(name)
        .replaceFirst(found -> found.group(1) + (count - Long.parseLong(found.group(2))));
  }

  /** Negative layers counted from the end, and {@code layers} as the only tower's name. */
  private String canonical(String name) {
    Matcher parts = LAYER.matcher(name);
    if (!parts.matches()) return name;
    Optional<Tower> known = named(parts.group(1));
    if (known.isEmpty() || parts.group(2).length() > 10) return name;
    long layer = layer(known.get(), parts.group(2));
    return known.get().name() + "." + layer + "." + parts.group(3);
  }

  /** Why a point that other models have does not exist in this one. */
  private Optional<String> absence(String name) {
    Matcher parts = LAYER.matcher(name);
    if (!parts.matches()) return Optional.empty();
    Optional<Tower> tower = model.tower(parts.group(1));
    if (tower.isEmpty()) return Optional.of("the towers are " + towers());
    long depth = tower.get().depth(), layer = Long.parseLong(parts.group(2));
    if (layer < 0 || layer >= depth)
      return Optional.of("the layers of " + tower.get().name() + " are 0 to " + (depth - 1));
    Block block = tower.get().layer(layer);
    String point = parts.group(3);
    if (point.equals("mid") && block.residuals().size() == 1)
      return Optional.of(
          "a block of one residual has no stream between two: parallel block, no mid");
    List<Mixer> mixers = block.mixers().toList();
    int index = Parameters.mixerNames(block).indexOf(point.replaceAll("\\..*", ""));
    if (index < 0) return Optional.of("the mixers are " + Parameters.mixerNames(block));
    String part = point.replaceAll("^[^.]*\\.", "");
    if (part.equals("norm.out"))
      return Optional.of("no norm of its own stands before " + point.replaceAll("\\..*", ""));
    return Optional.ofNullable(
        switch (mixers.get(index)) {
          case Latent _ when part.equals("k") || part.equals("v") ->
              "MLA: no separate k and v before kv_up";
          case Heads heads when part.endsWith(".rope") && !(heads.position() instanceof Rope) ->
              "attention has no rotary positions";
          case Heads heads
              when KeyValues.SHARED_CACHE.equals(heads.keyValues())
                  && (part.equals("k") || part.equals("v")) ->
              "keys and values are the tower's shared cache";
          case Retention _ when part.equals("probs") -> "retention has no softmax";
          case Dense _ when part.equals("gate") -> "the feed-forward layer has no gate";
          case FeedForward layerOfOne
              when part.equals("router") && !(layerOfOne instanceof Mixture) ->
              "the feed-forward layer is not a mixture";
          case Mixture _ when part.equals("gate") || part.equals("up") || part.equals("act") ->
              "a mixture's hidden layers are its experts', for the tokens sent to them";
          default -> null;
        });
  }

  // ---- the walk

  private void tower(Tower tower) {
    String stream = STREAM.formatted(tower.dim());
    if (!(tower.input() instanceof Input.Continues))
      add(
          Parameters.inputPrefix(model, tower) + "embed.out",
          "embed.out",
          0,
          false,
          stream,
          "what enters layer 0: " + tower.input());
    tower
        .cache()
        .ifPresent(cache -> {
          String shape = "(batch, %d, seq, %d)".formatted(cache.keyValueHeads(), cache.headDim());
          add(tower.name() + ".cache.k", "", 0, false, shape, "keys for all layers");
          add(tower.name() + ".cache.v", "", 0, false, shape, "values for all layers");
        });
    for (long layer = 0; layer < tower.depth(); layer++) layer(tower, layer, stream);
    if (!Norm.NONE.equals(tower.norm()))
      add(
          tower.name() + ".norm.out",
          "norm.out",
          0,
          false,
          stream,
          "after the final norm " + tower.norm());
  }

  private void layer(Tower tower, long layer, String stream) {
    boolean last = layer == tower.depth() - 1;
    Block block = tower.layer(layer);
    Points points = new Points(tower, layer, last);
    points.add("in", stream, "the residual stream entering");
    List<String> names = Parameters.mixerNames(block);
    int next = 0, residuals = block.residuals().size();
    for (int residual = 0; residual < residuals; residual++) {
      Residual each = block.residuals().get(residual);
      for (Branch branch : each.branches()) {
        String name = names.get(next++);
        boolean before =
            Placement.PRE.equals(each.placement())
                || Placement.SANDWICH.equals(each.placement())
                || each.placement() instanceof Placement.Glm;
        if (before && !Norm.NONE.equals(branch.norm()) && !Norm.SHARED.equals(branch.norm()))
          points.add(name + ".norm.out", stream, "what " + name + " reads: " + branch.norm());
        mixer(points, name, branch.mixer());
        boolean bare =
            !Placement.SANDWICH.equals(each.placement())
                && !Placement.BRANCH_POST.equals(each.placement());
        points.add(
            name + ".out",
            name + (bare ? ".out bare" : ".out"),
            stream,
            "what " + name + " adds to the stream");
      }
      if (residuals > 1 && residual < residuals - 1)
        points.add(
            residual == 0 ? "mid" : "mid" + (residual + 1),
            stream,
            "the stream before " + names.get(next));
    }
    points.add("out", stream, "the residual stream leaving, before any final norm");
  }

  private void mixer(Points points, String name, Mixer mixer) {
    switch (mixer) {
      case Heads heads -> heads(points, name, heads);
      case Latent latent -> {
        points.add(name + ".q", perHead(latent.heads(), latent.queryHeadDim()), "queries");
        points.add(
            name + ".kv_down",
            STREAM.formatted(latent.keyValueRank() + latent.ropeDim()),
            "the latent and the shared rotary key: what is cached");
        scores(points, name, latent.heads(), latent.heads() * latent.valueDim(), scale(latent));
      }
      case Mixture mixture ->
          points.add(
              name + ".router",
              STREAM.formatted(mixture.experts()),
              "scores of the experts: " + mixture.router());
      case FeedForward.Single single -> {
        String hidden = STREAM.formatted(single.hidden());
        boolean gated = single instanceof Gated;
        if (gated) points.add(name + ".gate", hidden, "gate . x");
        // TransformerLens calls what the activation reads "pre": the gate, or up where there is
        // none.
        points.add(name + ".up", name + (gated ? ".up" : ".up ungated"), hidden, "up . x");
        points.add(name + ".act", hidden, single.activation() + (gated ? "(gate) * up" : "(up)"));
      }
      case Retention retention -> {
        String shape = perHead(retention.heads(), retention.headDim());
        for (String part : List.of("q", "k", "v")) points.add(name + "." + part, shape, part);
        points.add(
            name + ".mix", STREAM.formatted(retention.innerDim()), "before the output projection");
      }
    }
  }

  private void heads(Points points, String name, Heads heads) {
    String norm = heads.qkNorm().isPresent() ? ", after its norm" : "";
    String queries = perHead(heads.heads(), heads.headDim());
    String keys = perHead(heads.keyValueHeads(), heads.headDim());
    boolean own = !KeyValues.SHARED_CACHE.equals(heads.keyValues());
    points.add(name + ".q", queries, "queries" + norm);
    if (own) points.add(name + ".k", keys, "keys" + norm);
    if (own) points.add(name + ".v", keys, "values");
    if (heads.position() instanceof Rope rope) {
      points.add(name + ".q.rope", queries, "queries rotated: " + rope);
      if (own) points.add(name + ".k.rope", keys, "keys rotated: " + rope);
    }
    scores(points, name, heads.heads(), heads.queryDim(), scale(heads));
  }

  /** The formula of the scores of plain attention. */
  private static String scale(Heads heads) {
    StringBuilder text = new StringBuilder(Print.number(heads.scale()) + " * q . k");
    switch (heads.position()) {
      case RelativePosition.Alibi alibi ->
          text.append(" - ")
              .append(alibi.scale() == 1 ? "" : Print.number(alibi.scale()) + " * ")
              .append("slope * distance");
      case RelativePosition.Buckets _ -> text.append(" + bucket(distance)");
      case Rope _, RelativePosition.None _ -> {}
    }
    heads.softcap().ifPresent(cap -> text.append(", capped at ").append(Print.number(cap)));
    heads.window().ifPresent(keys -> text.append(", query - key < ").append(keys));
    return text.toString();
  }

  private static String scale(Latent latent) {
    return Print.number(latent.scale()) + " * q . k";
  }

  private static void scores(Points points, String name, long heads, long width, String formula) {
    String shape = "(batch, %d, seq, keys)".formatted(heads);
    points.add(name + ".scores", shape, formula + "; before mask and softmax");
    points.add(name + ".probs", shape, "softmax of the scores; fully masked rows are 0");
    points.add(
        name + ".mix", STREAM.formatted(width), "probs . values, before the output projection");
  }

  private static String perHead(long heads, long headDim) {
    return "(batch, %d, seq, %d)".formatted(heads, headDim);
  }

  private void logits(Head.Lm lm) {
    long vocabulary = model.tokens().orElseThrow().vocabulary();
    add("logits", "logits", 0, false, STREAM.formatted(vocabulary), "of the next token: " + lm);
  }

  private void furtherLogits(Head.NextTokens further) {
    for (long token = 0; token < further.depth(); token++)
      add(
          "mtp." + token + ".logits",
          "",
          0,
          false,
          "(batch, seq-%d, %d)".formatted(token + 1, model.tokens().orElseThrow().vocabulary()),
          "of the token %d after the next".formatted(token + 1));
  }

  /** The values of one layer, under its name. */
  private final class Points {
    private final Tower tower;
    private final long layer;
    private final boolean last;

    Points(Tower tower, long layer, boolean last) {
      this.tower = tower;
      this.layer = layer;
      this.last = last;
    }

    void add(String ending, String shape, String meaning) {
      add(ending, ending, shape, meaning);
    }

    void add(String ending, String alias, String shape, String meaning) {
      // Where the last layer's output passes a final norm, Hugging Face shows that instead.
      boolean hidden = last && !Norm.NONE.equals(tower.norm());
      Values.this.add(
          tower.name() + "." + layer + "." + ending, alias, layer, hidden, shape, meaning);
    }
  }

  private void add(
      String name, String ending, long layer, boolean last, String shape, String meaning) {
    Map<String, String> others = ValueAliases.of(ending, layer, last);
    values.put(name, new Value(name, shape, meaning, others));
    // Other tools know one tower: their names mean the last that has such a point.
    // What enters a layer is what left the one before, or the input: the earlier name is kept.
    for (String alias : others.values())
      if (ending.equals("in")) aliases.putIfAbsent(alias, name);
      else aliases.put(alias, name);
  }
}
