package org.isomorph.spec;

import static org.isomorph.spec.Parameter.Kind.BIAS;
import static org.isomorph.spec.Parameter.Kind.GAIN;
import static org.isomorph.spec.Parameter.Kind.MATRIX;
import static org.isomorph.spec.Parameter.Kind.TABLE;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.isomorph.tensor.Shape;

/**
 * Every parameter of a model with its canonical name, by one walk over the description.
 *
 * <p>Names are paths: {@code TOWER.LAYER.MIXER.PART.(weight|bias)} inside a block, and {@code
 * embed.*}, {@code TOWER.norm.*}, {@code head.*} around it. Queries, keys, values and experts are
 * always apart, however checkpoints fuse them.
 */
public final class Parameters {
  private final Model model;
  private final List<Parameter> found = new ArrayList<>();

  private Parameters(Model model) {
    this.model = model;
  }

  /** All parameters of {@code model}, in the order of computation, multi-token heads last. */
  public static List<Parameter> of(Model model) {
    Parameters walk = new Parameters(model);
    walk.inputs();
    for (Tower tower : model.towers()) walk.tower(tower);
    for (Head head : model.heads()) walk.head(head);
    return List.copyOf(walk.found);
  }

  /**
   * The mixers of a block with the names that its parameters and values have: {@code attn}, {@code
   * cross}, {@code ffn}, {@code retention}.
   */
  public static List<String> mixerNames(Block block) {
    List<String> kinds = new ArrayList<>();
    List<String> names = new ArrayList<>();
    block
        .mixers()
        .forEach(mixer -> {
          String kind =
              switch (mixer) {
                case Heads heads -> heads.isCross() ? "cross" : "attn";
                case Latent _ -> "attn";
                case FeedForward _ -> "ffn";
                case Retention _ -> "retention";
              };
          kinds.add(kind);
          int same = Collections.frequency(kinds, kind);
          names.add(same == 1 ? kind : kind + same);
        });
    return names;
  }

  /** What the names of a tower's input begin with: nothing where the model has one input only. */
  public static String inputPrefix(Model model, Tower tower) {
    long inputs =
        model.towers().stream().filter(each -> !(each.input() instanceof Input.Continues)).count();
    return inputs == 1 ? "" : tower.name() + ".";
  }

  /** The name of the table that a tower's token input looks up. */
  public static String tableName(Model model, Tower tower) {
    boolean shared = tower.input() instanceof Tokens tokens && tokens.isShared();
    return (shared ? "" : inputPrefix(model, tower)) + "embed.token.weight";
  }

  /**
   * The name of the table of buckets that a mixer of a layer reads: its own, or that of the first
   * layer that has one. Empty where the mixer has no buckets.
   */
  public static Optional<String> bucketTable(Tower tower, long layer, String mixer) {
    int index = mixerNames(tower.layer(layer)).indexOf(mixer);
    if (index < 0) return Optional.empty();
    Mixer found = tower.layer(layer).mixers().skip(index).findFirst().orElseThrow();
    if (!(found instanceof Heads heads) || !(heads.position() instanceof RelativePosition.Buckets))
      return Optional.empty();
    long owner =
        BucketTables.isShared(heads)
            ? Objects.requireNonNull(BucketTables.owners(tower).get(mixer))
            : layer;
    return Optional.of(tower.name() + "." + owner + "." + mixer + ".buckets.weight");
  }

  /** The name of the table that a tied head uses, if any tower reads tokens. */
  public static Optional<String> headTable(Model model) {
    return model.towers().reversed().stream()
        .filter(tower -> tower.input() instanceof Tokens)
        .findFirst()
        .map(tower -> tableName(model, tower));
  }

  // ---- inputs

  private void inputs() {
    boolean sharedDone = false;
    for (Tower tower : model.towers()) {
      switch (tower.input()) {
        case Tokens tokens -> {
          if (!tokens.isShared() || !sharedDone)
            add(tableName(model, tower), TABLE, tokens.vocabulary(), tokens.width());
          sharedDone |= tokens.isShared();
          tokens(inputPrefix(model, tower) + "embed", tokens, tower.dim());
        }
        case Patches patches -> patches(inputPrefix(model, tower) + "embed", patches, tower.dim());
        case Input.Continues _ -> {}
      }
    }
  }

  private void tokens(String path, Tokens tokens, long dim) {
    if (tokens.position() instanceof AbsolutePosition.Learned learned)
      add(path + ".position.weight", TABLE, learned.rows(), dim);
    if (tokens.segments() > 0) add(path + ".segment.weight", TABLE, tokens.segments(), dim);
    if (tokens.width() != dim) {
      add(path + ".project_in.weight", MATRIX, dim, tokens.width());
      add(path + ".project_out.weight", MATRIX, tokens.width(), dim);
    }
    norm(path + ".norm", tokens.norm(), dim);
  }

  private void patches(String path, Patches patches, long dim) {
    add(path + ".patch.weight", MATRIX, dim, patches.channels(), patches.patch(), patches.patch());
    if (patches.bias()) add(path + ".patch.bias", BIAS, dim);
    if (patches.classToken()) add(path + ".class.weight", TABLE, dim);
    if (patches.positioned()) add(path + ".position.weight", TABLE, patches.positions(), dim);
    norm(path + ".norm", patches.norm(), dim);
  }

  // ---- towers

  private void tower(Tower tower) {
    tower.cache().ifPresent(cache -> cache(tower, cache));
    Map<String, Long> owners = BucketTables.owners(tower);
    long layer = 0;
    for (Run run : tower.runs()) {
      List<String> names = mixerNames(run.block());
      for (long copy = 0; copy < run.count(); copy++, layer++) {
        Long present = layer;
        block(
            tower.name() + "." + layer,
            run.block(),
            names,
            tower.dim(),
            mixer -> present.equals(owners.get(mixer)));
      }
    }
    norm(tower.name() + ".norm", tower.norm(), tower.dim());
  }

  private void cache(Tower tower, SharedCache cache) {
    String path = tower.name() + ".cache";
    norm(path + ".norm", cache.norm(), tower.dim());
    linear(path + ".k", tower.dim(), cache.keyValueDim(), cache.bias().contains(Projection.K));
    linear(path + ".v", tower.dim(), cache.keyValueDim(), cache.bias().contains(Projection.V));
  }

  /**
   * @param ownsBuckets the mixers whose table of buckets, if layers share one, is this layer's
   */
  private void block(
      String path, Block block, List<String> names, long dim, Predicate<String> ownsBuckets) {
    int next = 0;
    for (Residual residual : block.residuals())
      for (Branch branch : residual.branches()) {
        String name = names.get(next++);
        String mixer = path + "." + name;
        norm(mixer + ".norm", branch.norm(), dim);
        if (Placement.SANDWICH.equals(residual.placement()))
          norm(mixer + ".post_norm", branch.norm(), dim);
        mixer(mixer, branch.mixer(), dim, ownsBuckets.test(name));
      }
  }

  private void mixer(String path, Mixer mixer, long dim, boolean ownsBuckets) {
    switch (mixer) {
      case Heads heads -> heads(path, heads, dim, ownsBuckets);
      case Latent latent -> latent(path, latent, dim);
      case FeedForward.Single layer -> single(path, layer, dim);
      case Mixture mixture -> mixture(path, mixture, dim);
      case Retention retention -> retention(path, retention, dim);
    }
  }

  private void heads(String path, Heads heads, long dim, boolean ownsBuckets) {
    linear(path + ".q", dim, heads.queryDim(), heads.bias().contains(Projection.Q));
    if (!KeyValues.SHARED_CACHE.equals(heads.keyValues())) {
      long source =
          heads.keyValues() instanceof KeyValues.From from
              ? model.tower(from.tower()).orElseThrow().dim()
              : dim;
      linear(path + ".k", source, heads.keyValueDim(), heads.bias().contains(Projection.K));
      linear(path + ".v", source, heads.keyValueDim(), heads.bias().contains(Projection.V));
    }
    linear(path + ".o", heads.queryDim(), dim, heads.bias().contains(Projection.O));
    heads
        .qkNorm()
        .ifPresent(qk -> {
          boolean each = qk.across() == QkNorm.Across.HEAD;
          norm(path + ".q_norm", qk.norm(), each ? heads.headDim() : heads.queryDim());
          norm(path + ".k_norm", qk.norm(), each ? heads.headDim() : heads.keyValueDim());
        });
    if (Sink.LEARNED.equals(heads.sink())) add(path + ".sink.weight", BIAS, heads.heads());
    if (heads.position() instanceof RelativePosition.Buckets buckets
        && (ownsBuckets || buckets.share() == RelativePosition.Buckets.Share.PER_LAYER))
      add(path + ".buckets.weight", TABLE, buckets.buckets(), heads.heads());
  }

  private void latent(String path, Latent latent, long dim) {
    long queries = Math.multiplyExact(latent.heads(), latent.queryHeadDim());
    if (latent.queryRank().isPresent()) {
      long rank = latent.queryRank().getAsLong();
      linear(path + ".q_down", dim, rank, latent.bias());
      norm(path + ".q_down_norm", latent.norm(), rank);
      linear(path + ".q_up", rank, queries, false);
    } else linear(path + ".q", dim, queries, false);
    linear(
        path + ".kv_down",
        dim,
        Math.addExact(latent.keyValueRank(), latent.ropeDim()),
        latent.bias());
    norm(path + ".kv_down_norm", latent.norm(), latent.keyValueRank());
    linear(
        path + ".kv_up",
        latent.keyValueRank(),
        Math.multiplyExact(latent.heads(), Math.addExact(latent.nopeDim(), latent.valueDim())),
        false);
    linear(path + ".o", Math.multiplyExact(latent.heads(), latent.valueDim()), dim, latent.bias());
  }

  private void single(String path, FeedForward.Single layer, long dim) {
    if (layer instanceof Gated) linear(path + ".gate", dim, layer.hidden(), layer.bias());
    linear(path + ".up", dim, layer.hidden(), layer.bias());
    linear(path + ".down", layer.hidden(), dim, layer.bias());
  }

  private void mixture(String path, Mixture mixture, long dim) {
    linear(path + ".router", dim, mixture.experts(), false);
    if (mixture.router() instanceof Router.Grouped grouped && grouped.correctionBias())
      add(path + ".router.correction.bias", BIAS, mixture.experts());
    for (long expert = 0; expert < mixture.experts(); expert++)
      single(path + ".experts." + expert, mixture.expert(), dim);
    mixture
        .shared()
        .ifPresent(shared -> {
          single(path + ".shared", shared.layer(), dim);
          if (shared.gated()) linear(path + ".shared_gate", dim, 1, false);
        });
  }

  private void retention(String path, Retention retention, long dim) {
    for (String part : List.of("q", "k", "v", "gate"))
      linear(path + "." + part, dim, retention.innerDim(), false);
    linear(path + ".decay", dim, retention.heads(), false);
    linear(path + ".o", retention.innerDim(), dim, false);
    norm(path + ".o_norm", retention.norm(), retention.headDim());
  }

  // ---- heads

  private void head(Head head) {
    Tower last = model.last();
    long dim = last.dim();
    switch (head) {
      case Head.Lm lm -> {
        Tokens tokens = model.tokens().orElseThrow();
        if (!lm.isTied()) add("head.weight", MATRIX, tokens.vocabulary(), tokens.width());
        if (lm.bias()) add("head.bias", BIAS, tokens.vocabulary());
      }
      case Head.Mlm mlm -> {
        linear("mlm.dense", dim, dim, true);
        norm("mlm.norm", mlm.norm(), dim);
        add("mlm.bias", BIAS, model.tokens().orElseThrow().vocabulary());
      }
      case Head.NextSentence _ -> linear("nsp", dim, 2, true);
      case Head.Pooler _ -> linear("pooler", dim, dim, true);
      case Head.Classes classes -> linear("classes", dim, classes.count(), classes.bias());
      case Head.Reward reward -> linear("reward", dim, 1, reward.bias());
      case Head.Project project ->
          linear(
              "project." + project.tower(),
              model.tower(project.tower()).orElseThrow().dim(),
              project.width(),
              false);
      case Head.Similarity _ -> add("logit_scale", GAIN);
      case Head.NextTokens further -> {
        for (long token = 0; token < further.depth(); token++)
          nextToken("mtp." + token, further, last);
      }
    }
  }

  private void nextToken(String path, Head.NextTokens further, Tower last) {
    long dim = last.dim();
    norm(path + ".embed_norm", last.norm(), dim);
    norm(path + ".hidden_norm", last.norm(), dim);
    linear(path + ".project", 2 * dim, dim, false);
    further
        .block()
        .ifPresent(block -> block(path + ".block", block, mixerNames(block), dim, _ -> false));
    norm(path + ".norm", last.norm(), dim);
  }

  // ---- parts

  private void linear(String path, long in, long out, boolean bias) {
    add(path + ".weight", MATRIX, out, in);
    if (bias) add(path + ".bias", BIAS, out);
  }

  private void norm(String path, Norm norm, long dim) {
    if (norm.hasGain()) add(path + ".weight", GAIN, dim);
    if (norm.hasBias()) add(path + ".bias", BIAS, dim);
  }

  private void add(String name, Parameter.Kind kind, long... shape) {
    found.add(new Parameter(name, Shape.of(shape), kind));
  }
}
