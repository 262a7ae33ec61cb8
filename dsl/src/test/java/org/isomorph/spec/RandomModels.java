package org.isomorph.spec;

import static org.isomorph.spec.Dsl.*;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Models of every kind that a description can have, all valid and small.
 *
 * <p>A seed decides what a model has, a size how much of it; failing cases shrink to few layers and
 * widths.
 */
public final class RandomModels {
  private static final RelativePosition SHARED_BUCKETS = buckets(8, 20);

  private final Random random;
  private final int size;

  private RandomModels(long seed, int size) {
    this.random = new Random(seed);
    this.size = size;
  }

  /** All models. */
  public static Arbitrary<Model> all() {
    return Combinators.combine(
            Arbitraries.longs().withoutEdgeCases(), Arbitraries.integers().between(1, 4))
        .as(RandomModels::of);
  }

  /** The model of a seed; {@code size} bounds its layers and widths. */
  public static Model of(long seed, int size) {
    RandomModels models = new RandomModels(seed, size);
    Model model = models.towers();
    model = model.heads(models.heads(model));
    for (Role role : Role.values()) {
      if (models.chance(2)) model = model.role(role, models.few(9));
      if (models.chance(8)) model = model.role(role, models.few(9), 10 + models.few(9));
    }
    return models.chance(2) ? model : model.context(models.few(4096));
  }

  // ---- towers

  private Model towers() {
    return switch (random.nextInt(6)) {
      case 0 ->
          model("pair", tower("encoder", tokens(true)), tower("decoder", tokens(true), "encoder"));
      case 1 -> {
        Tower self = tower("self", tokens(false));
        yield model("yoco", self, cached(self));
      }
      case 2 -> model("clip", tower("text", tokens(false)), tower("vision", images()));
      case 3 -> model("image", tower("encoder", images()));
      default -> model("one", tower(pick("decoder", "encoder"), tokens(false)));
    };
  }

  private Tower tower(String name, Input input, String... others) {
    boolean shared = input instanceof Tokens tokens && tokens.isShared();
    Mask mask = mask();
    if (mask instanceof Mask.Prefix && input instanceof Patches) mask = Mask.CAUSAL;
    Tower tower = Dsl.tower(name, mask, shared ? 32 : 16L * few(size), input);
    return layers(tower, others);
  }

  private Tower layers(Tower tower, String... others) {
    for (int runs = few(size); runs > 0; runs--)
      tower = tower.layers(few(size), block(tower, others));
    return chance(4) ? tower.finalNorm(norm()) : tower;
  }

  private Tower cached(Tower self) {
    SharedCache cache =
        sharedCache(norm(), pick(1L, 2L), 8)
            .biased(biases().toArray(Projection[]::new))
            .position(rotation(false));
    Tower tower = Dsl.tower("cross", Mask.CAUSAL, self.dim(), continues("self")).cache(cache);
    return layers(tower);
  }

  private Mask mask() {
    return switch (random.nextInt(5)) {
      case 0 -> Mask.BIDIRECTIONAL;
      case 1 -> Dsl.prefix(Mask.Extent.Given.GIVEN);
      case 2 -> Dsl.prefix(before(pick(Role.values())));
      case 3 -> Dsl.prefix(through(pick(Role.values())));
      default -> Mask.CAUSAL;
    };
  }

  private Tokens tokens(boolean shared) {
    Tokens tokens = Dsl.tokens(shared ? 96 : few(100));
    if (shared) tokens = tokens.shared().width(32);
    else if (chance(4)) tokens = tokens.width(8);
    if (chance(3)) tokens = tokens.scale(few(9) / 2.0);
    tokens =
        tokens.position(
            switch (random.nextInt(4)) {
              case 0 -> learned(few(64));
              case 1 -> learned(few(64)).offset(2);
              case 2 -> sinusoidal(few(64));
              default -> AbsolutePosition.NONE;
            });
    boolean added = !tokens.position().equals(AbsolutePosition.NONE);
    Tokens.Numbering numbering = pick(Tokens.Numbering.values());
    // Two numbers a token cannot be looked up in one table.
    if (added && numbering == Tokens.Numbering.SPAN_AND_BLOCK) numbering = Tokens.Numbering.SPAN;
    return tokens
        .numbering(numbering)
        .segments(chance(3) ? few(3) : 0)
        .norm(chance(3) ? norm() : Norm.NONE);
  }

  private Patches images() {
    Patches patches = patches(4L * few(3), 4).channels(pick(1L, 3L));
    if (chance(2)) patches = patches.unbiased();
    if (chance(4)) patches = patches.classless();
    if (chance(4)) patches = patches.unpositioned();
    return chance(2) ? patches.norm(norm()) : patches;
  }

  // ---- blocks

  private Block block(Tower tower, String... others) {
    boolean spans =
        tower.input() instanceof Tokens tokens
            && tokens.numbering() == Tokens.Numbering.SPAN_AND_BLOCK;
    Mixer first = chance(6) ? retention(spans) : attention(tower, spans);
    // Towers that nothing joins would both be the first to read.
    if (others.length == 0 && chance(5)) {
      Frame frame = Dsl.block(norm());
      return chance(2)
          ? frame.parallel(first, feedForward())
          : frame.parallelShared(first, feedForward());
    }
    Frame frame = frame();
    Block block = frame.then(first);
    for (String other : others) block = block.cross(cross(spans), other);
    if (chance(8)) block = block.attention(heads(spans));
    return chance(6) ? block.then(frame().ffn(feedForward())) : block.ffn(feedForward());
  }

  private Frame frame() {
    return switch (random.nextInt(8)) {
      case 0 -> postNorm(norm());
      case 1 -> sandwich(norm());
      case 2 -> branchPostNorm(norm());
      case 3 -> deepNorm(norm(), few(9) + 0.5);
      case 4 -> glmNorm(norm(), few(9) + 0.5);
      default -> Dsl.block(norm());
    };
  }

  private Norm norm() {
    return switch (random.nextInt(7)) {
      case 0 -> layerNorm(1e-5).unbiased();
      case 1 -> layerNorm(1e-12).plain();
      case 2 -> layerNorm(1e-5);
      case 3 -> rms(1e-6).unitOffset();
      case 4 -> rms(1e-6).plain();
      case 5 -> chance(3) ? Norm.NONE : rms(1e-5);
      default -> rms(1e-6);
    };
  }

  private Norm realNorm() {
    Norm norm = norm();
    return norm.equals(Norm.NONE) ? rms(1e-5) : norm;
  }

  // ---- mixers

  private Attention attention(Tower tower, boolean spans) {
    if (tower.cache().isPresent()) {
      SharedCache cache = tower.cache().get();
      return gqa(cache.keyValueHeads() * few(3), cache.keyValueHeads())
          .headDim(cache.headDim())
          .bias(biases())
          .position(chance(4) ? alibi() : rotation(spans))
          .from(KeyValues.SHARED_CACHE);
    }
    return chance(5) ? latent() : heads(spans);
  }

  private Heads heads(boolean spans) {
    long groups = pick(1L, 2L);
    RelativePosition position = position(spans);
    // Layers that share a table of buckets have as many heads.
    long queries = position.equals(SHARED_BUCKETS) ? 2 : groups * pick(1L, 2L);
    Heads heads = gqa(queries, groups).bias(biases()).position(position);
    if (chance(3)) heads = heads.headDim(4L * few(4));
    if (chance(4)) heads = heads.window(few(32));
    if (chance(4)) heads = heads.qkNorm(realNorm(), pick(QkNorm.Across.values()));
    if (chance(5)) heads = heads.softcap(few(50));
    if (chance(5)) heads = heads.scale(few(9) / 8.0);
    if (!spans && chance(6)) heads = heads.logn(few(64));
    return switch (random.nextInt(6)) {
      case 0 -> heads.sink(Sink.LEARNED);
      case 1 -> heads.sink(constant(few(3) - 1));
      default -> heads;
    };
  }

  /** Attention to another tower knows no distances. */
  private Heads cross(boolean spans) {
    Heads heads = heads(spans).position(rotation(false));
    return heads.window(OptionalLong.empty());
  }

  private Latent latent() {
    Latent latent =
        mla(few(3), chance(2) ? 0 : few(8), few(8), few(8), 4L * few(2), few(8))
            .rope(rope(false))
            .norm(realNorm());
    if (chance(4)) latent = latent.biased();
    return chance(4) ? latent.scale(0.5) : latent;
  }

  private Retention retention(boolean spans) {
    return Dsl.retention(pick(1L, 2L), chance(2) ? rms(1e-5).plain() : norm())
        .position(rotation(spans))
        .gate(pick(Activation.values()))
        .decayTemperature(few(16));
  }

  private Set<Projection> biases() {
    EnumSet<Projection> biases = EnumSet.noneOf(Projection.class);
    for (Projection projection : Projection.values()) if (chance(3)) biases.add(projection);
    return biases;
  }

  private RelativePosition position(boolean spans) {
    return switch (random.nextInt(7)) {
      case 0 -> alibi();
      case 1 -> alibi(few(9)).scale(few(8) / 4.0);
      case 2 -> SHARED_BUCKETS;
      case 3 -> buckets(4L * few(8), 16 + few(112)).perLayer();
      case 4 -> RelativePosition.NONE;
      default -> rope(spans);
    };
  }

  private RelativePosition rotation(boolean spans) {
    return chance(4) ? RelativePosition.NONE : rope(spans);
  }

  private Rope rope(boolean spans) {
    RopeScaling scaling = scaling();
    boolean two = spans && chance(2);
    if (scaling instanceof RopeScaling.LongRope && two) scaling = RopeScaling.NONE;
    Rope rope = Dsl.rope(pick(10_000.0, 500_000.0, 1e6)).scaled(scaling);
    // LongRoPE's two factors are those of four components.
    if (scaling instanceof RopeScaling.LongRope || chance(3)) rope = rope.dim(4);
    if (chance(2)) rope = rope.pairs();
    if (chance(4)) rope = rope.inclusive();
    return two ? rope.twoAxes() : rope;
  }

  private RopeScaling scaling() {
    double factor = few(8);
    return switch (random.nextInt(9)) {
      case 0 -> linear(factor);
      case 1 -> dynamicNtk(factor, few(64));
      case 2 -> dynamicNtk(1, few(64)).inPowersOfTwo();
      case 3 -> llama3(factor, 1, 4, few(64));
      case 4 -> yarn(factor, few(64)).betas(16, 2);
      case 5 -> yarn(factor, few(64), 1, 0.707).untruncated();
      case 6 -> {
        RopeScaling.LongRope rope = longRope(List.of(1.0, 1.5), List.of(2.0, 3.25), few(64));
        yield chance(2) ? rope : rope.attentionFactor(1.25);
      }
      case 7 -> yarn(factor, few(64)).attentionFactor(1.25);
      default -> RopeScaling.NONE;
    };
  }

  private FeedForward feedForward() {
    if (!chance(3)) return single();
    long experts = 4L * few(2);
    Router router =
        switch (random.nextInt(4)) {
          case 0 -> softmaxRouter(chance(2), few(4));
          case 1 -> deepSeekRouter(2, few(2), 2.5).renormalise(chance(2));
          case 2 -> groupedRouter(pick(Router.Grouped.Score.values()), 2, 1, few(3));
          default -> switchRouter(few(64));
        };
    long chosen = router instanceof Router.Switch ? 1 : few(2);
    Mixture mixture = new Mixture(experts, chosen, single(), Optional.empty(), router);
    return switch (random.nextInt(3)) {
      case 0 -> mixture.shared(single());
      case 1 -> mixture.gatedShared(single());
      default -> mixture;
    };
  }

  private FeedForward.Single single() {
    long hidden = 8L * few(size);
    if (chance(2)) {
      Gated gated = gated(hidden, pick(Activation.values()));
      return chance(3) ? gated.biased() : gated;
    }
    Dense dense = mlp(hidden, pick(Activation.values()));
    return chance(3) ? dense.biased() : dense;
  }

  // ---- heads

  private List<Head> heads(Model model) {
    List<Head> heads = new ArrayList<>();
    if (model.root(model.last()) instanceof Tokens) {
      if (chance(2))
        heads.add(
            new Head.Lm(
                chance(2),
                chance(4),
                chance(4),
                chance(4) ? 0.25 : 1,
                chance(4) ? OptionalDouble.of(30) : OptionalDouble.empty()));
      else if (chance(3)) heads.add(mlm(norm()));
      if (model.last().cache().isEmpty() && chance(4))
        heads.add(new Head.NextTokens(few(2), Optional.empty()));
    }
    if (chance(5)) heads.add(new Head.Pooler(pick(Activation.values())));
    if (chance(6)) heads.add(nextSentence());
    if (chance(5)) heads.add(new Head.Classes(few(9), chance(2), pooling(model, model.last())));
    if (chance(5)) heads.add(new Head.Reward(chance(2)));
    if (chance(5)) {
      long width = few(16);
      for (Tower tower : model.towers())
        heads.add(project(tower.name(), width, pooling(model, tower)));
      if (model.towers().size() == 2) heads.add(similarity());
    }
    return heads;
  }

  /** Images have no ids to look for. */
  private Pooling pooling(Model model, Tower tower) {
    return model.root(tower) instanceof Tokens
        ? pick(Pooling.values())
        : pick(Pooling.FIRST, Pooling.LAST, Pooling.MEAN);
  }

  // ---- chance

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** From 1 to {@code most}. */
  private int few(int most) {
    return 1 + random.nextInt(most);
  }

  @SafeVarargs
  private <T> T pick(T... these) {
    return these[random.nextInt(these.length)];
  }
}
