package org.isomorph.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The factories that people write descriptions with; {@code import static org.isomorph.spec.Dsl.*}.
 *
 * <pre>{@code
 * causal("llama-3-8b", 128_256, 4096)
 *     .layers(32, block(rms(1e-5)).attention(gqa(32, 8).rope(500_000)).ffn(swiglu(14_336)))
 *     .head(lm());
 * }</pre>
 */
public final class Dsl {
  private Dsl() {}

  // ---- models and towers

  /** A decoder in which a token sees itself and those before it. */
  public static Model causal(String name, long vocabulary, long dim) {
    return model(name, tower("decoder", Mask.CAUSAL, dim, tokens(vocabulary)));
  }

  /** A decoder whose prefix is seen whole. */
  public static Model prefix(String name, long vocabulary, long dim, Mask.Extent extent) {
    return model(name, tower("decoder", new Mask.Prefix(extent), dim, tokens(vocabulary)));
  }

  /** Sees a prefix whole, and itself and those before it beyond. */
  public static Mask prefix(Mask.Extent extent) {
    return new Mask.Prefix(extent);
  }

  /** A prefix that ends before the first token of this role. */
  public static Mask.Extent before(Role role) {
    return new Mask.Extent.Before(role);
  }

  /** A prefix that ends with the first token of this role. */
  public static Mask.Extent through(Role role) {
    return new Mask.Extent.Through(role);
  }

  /** An encoder of tokens, in which all see all. */
  public static Model encoder(String name, long vocabulary, long dim) {
    return model(name, tower("encoder", Mask.BIDIRECTIONAL, dim, tokens(vocabulary)));
  }

  /** An encoder and a causal decoder of the same width that share one table of tokens. */
  public static Model seq2seq(
      String name,
      long vocabulary,
      long dim,
      UnaryOperator<Tower> encoder,
      UnaryOperator<Tower> decoder) {
    return model(
        name,
        encoder.apply(tower("encoder", Mask.BIDIRECTIONAL, dim, tokens(vocabulary).shared())),
        decoder.apply(tower("decoder", Mask.CAUSAL, dim, tokens(vocabulary).shared())));
  }

  /** A model of these towers, in the order of computation. */
  public static Model model(String name, Tower... towers) {
    return new Model(name, List.of(towers), List.of(), Map.of(), 0);
  }

  /** A tower without layers yet. */
  public static Tower tower(String name, Mask mask, long dim, Input input) {
    return new Tower(name, dim, mask, input, List.of(), Norm.NONE, Optional.empty());
  }

  // ---- inputs and positions

  public static Tokens tokens(long vocabulary) {
    return new Tokens(
        vocabulary, 0, false, 1, AbsolutePosition.NONE, Tokens.Numbering.SEQUENTIAL, 0, Norm.NONE);
  }

  /** The output of another tower, unchanged. */
  public static Input continues(String tower) {
    return new Input.Continues(tower);
  }

  /** Square colour images in square patches, with a class token and learned positions. */
  public static Patches patches(long image, long patch) {
    return new Patches(image, patch, 3, true, true, true, Norm.NONE);
  }

  public static AbsolutePosition.Learned learned(long max) {
    return new AbsolutePosition.Learned(max, 0);
  }

  public static AbsolutePosition.Sinusoidal sinusoidal(long max) {
    return new AbsolutePosition.Sinusoidal(max);
  }

  /** Rotary positions over whole heads, in halves. */
  public static Rope rope(double theta) {
    return new Rope(
        theta, 0, Rope.Pairing.HALVES, Rope.Axes.ONE, Rope.Spacing.STANDARD, RopeScaling.NONE);
  }

  public static RopeScaling.Linear linear(double factor) {
    return new RopeScaling.Linear(factor);
  }

  public static RopeScaling.DynamicNtk dynamicNtk(double factor, long trained) {
    return new RopeScaling.DynamicNtk(factor, trained, false);
  }

  public static RopeScaling.Llama3 llama3(double factor, double low, double high, long trained) {
    return new RopeScaling.Llama3(factor, low, high, trained);
  }

  public static RopeScaling.Yarn yarn(double factor, long trained) {
    return yarn(factor, trained, 0, 0);
  }

  public static RopeScaling.Yarn yarn(
      double factor, long trained, double mscale, double mscaleAllDim) {
    return new RopeScaling.Yarn(
        factor, trained, 32, 1, OptionalDouble.empty(), mscale, mscaleAllDim, true);
  }

  public static RopeScaling.LongRope longRope(
      List<Double> shortFactors, List<Double> longFactors, long trained) {
    return new RopeScaling.LongRope(shortFactors, longFactors, trained, OptionalDouble.empty());
  }

  public static RelativePosition.Alibi alibi() {
    return alibi(8);
  }

  /** ALiBi whose smallest slope is {@code 2^-maxBias}. */
  public static RelativePosition.Alibi alibi(double maxBias) {
    return new RelativePosition.Alibi(maxBias, 1);
  }

  public static RelativePosition.Buckets buckets(long buckets, long maxDistance) {
    return new RelativePosition.Buckets(
        buckets, maxDistance, RelativePosition.Buckets.Share.FIRST_LAYER);
  }

  // ---- norms

  public static Norm.Rms rms(double eps) {
    return new Norm.Rms(eps, Norm.Gain.WEIGHT);
  }

  public static Norm.Layer layerNorm(double eps) {
    return new Norm.Layer(eps, true, true);
  }

  public static Norm noNorm() {
    return Norm.NONE;
  }

  // ---- blocks

  /** Blocks whose residuals are {@code x + f(N(x))}. */
  public static Frame block(Norm norm) {
    return new Frame(norm, Placement.PRE);
  }

  /** Blocks whose residuals are {@code N(x + f(x))}. */
  public static Frame postNorm(Norm norm) {
    return new Frame(norm, Placement.POST);
  }

  /** Blocks whose residuals are {@code x + N2(f(N1(x)))}. */
  public static Frame sandwich(Norm norm) {
    return new Frame(norm, Placement.SANDWICH);
  }

  /** Blocks whose residuals are {@code x + N(f(x))}. */
  public static Frame branchPostNorm(Norm norm) {
    return new Frame(norm, Placement.BRANCH_POST);
  }

  /** Blocks whose residuals are {@code N(alpha x + f(x))}. */
  public static Frame deepNorm(Norm norm, double alpha) {
    return new Frame(norm, new Placement.Deep(alpha));
  }

  /** Blocks whose residuals are {@code alpha N(x) + f(N(x))}. */
  public static Frame glmNorm(Norm norm, double alpha) {
    return new Frame(norm, new Placement.Glm(alpha));
  }

  // ---- attention

  /** Grouped-query attention. */
  public static Heads gqa(long heads, long keyValueHeads) {
    return new Heads(
        heads,
        keyValueHeads,
        0,
        Set.of(),
        RelativePosition.NONE,
        OptionalLong.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        0,
        Sink.NONE,
        OptionalLong.empty(),
        KeyValues.SELF);
  }

  /** Multi-head attention. */
  public static Heads mha(long heads) {
    return gqa(heads, heads);
  }

  /** Multi-query attention. */
  public static Heads mqa(long heads) {
    return gqa(heads, 1);
  }

  /** Multi-head latent attention; a query rank of 0 projects queries directly. */
  public static Latent mla(
      long heads, long queryRank, long keyValueRank, long nopeDim, long ropeDim, long valueDim) {
    OptionalLong compressed = queryRank == 0 ? OptionalLong.empty() : OptionalLong.of(queryRank);
    return new Latent(
        heads,
        compressed,
        keyValueRank,
        nopeDim,
        ropeDim,
        valueDim,
        false,
        rms(1e-6),
        rope(10_000).pairs(),
        0);
  }

  /** A cache of keys and values that a tower computes once for all its layers. */
  public static SharedCache sharedCache(Norm norm, long keyValueHeads, long headDim) {
    return new SharedCache(norm, keyValueHeads, headDim, Set.of(), RelativePosition.NONE);
  }

  /** Keys and values from the output of another tower. */
  public static KeyValues outputOf(String tower) {
    return new KeyValues.From(tower);
  }

  /** An extra logit in every softmax. */
  public static Sink constant(double logit) {
    return new Sink.Constant(logit);
  }

  public static Retention retention(long heads, Norm norm) {
    return new Retention(heads, 0, RelativePosition.NONE, norm, Activation.SILU, 16);
  }

  // ---- feed-forward layers

  public static Dense mlp(long hidden, Activation activation) {
    return new Dense(hidden, activation, false);
  }

  public static Gated gated(long hidden, Activation activation) {
    return new Gated(hidden, activation, false);
  }

  public static Gated swiglu(long hidden) {
    return gated(hidden, Activation.SILU);
  }

  public static Gated geglu(long hidden) {
    return gated(hidden, Activation.GELU_TANH);
  }

  /** A mixture whose chosen weights are renormalised softmax scores. */
  public static Mixture moe(long experts, long topK, FeedForward.Single expert) {
    return new Mixture(experts, topK, expert, Optional.empty(), new Router.Softmax(true, 1));
  }

  /** Softmax over all experts; the chosen weights are renormalised or not, then scaled. */
  public static Router.Softmax softmaxRouter(boolean renormalise, double scale) {
    return new Router.Softmax(renormalise, scale);
  }

  /** DeepSeek-V3's router: sigmoid scores with a correction bias, renormalised. */
  public static Router.Grouped deepSeekRouter(long groups, long topGroups, double scale) {
    return new Router.Grouped(
        Router.Grouped.Score.SIGMOID_TOP2, groups, topGroups, true, scale, true);
  }

  /** Experts in groups, weighted by their plain scores. */
  public static Router.Grouped groupedRouter(
      Router.Grouped.Score score, long groups, long topGroups, double scale) {
    return new Router.Grouped(score, groups, topGroups, false, scale, false);
  }

  /** Switch Transformer's router: one expert a token, {@code capacity} tokens an expert. */
  public static Router.Switch switchRouter(long capacity) {
    return new Router.Switch(capacity);
  }

  // ---- heads

  public static Head.Lm lm() {
    return new Head.Lm(false, false, false, 1, OptionalDouble.empty());
  }

  public static Head.Mlm mlm(Norm norm) {
    return new Head.Mlm(Activation.GELU, norm);
  }

  public static Head nextSentence() {
    return new Head.NextSentence();
  }

  public static Head pooler() {
    return new Head.Pooler(Activation.TANH);
  }

  public static Head.Classes classes(long count, Pooling pooling) {
    return new Head.Classes(count, true, pooling);
  }

  public static Head.Reward reward() {
    return new Head.Reward(false);
  }

  public static Head project(String tower, long width, Pooling pooling) {
    return new Head.Project(tower, width, pooling);
  }

  public static Head similarity() {
    return new Head.Similarity();
  }

  /** Multi-token prediction with blocks like the last layer. */
  public static Head nextTokens(long depth) {
    return new Head.NextTokens(depth, Optional.empty());
  }
}
