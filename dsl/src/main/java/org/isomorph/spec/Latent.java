package org.isomorph.spec;

import java.util.OptionalLong;

/**
 * Multi-head latent attention, DeepSeek-V2, arXiv 2405.04434: keys and values are rebuilt from one
 * compressed latent a token, and a single rotated key is shared by all heads.
 *
 * @param heads query heads
 * @param queryRank the width that queries are compressed to; empty where they are projected
 *     directly
 * @param keyValueRank the width of the latent that is cached
 * @param nopeDim components of a query or key head that are not rotated
 * @param ropeDim components that are
 * @param valueDim components of a value head
 * @param bias whether the two down projections and the output projection have a bias
 * @param norm what normalises the two latents
 * @param rope the rotation of the {@code ropeDim} components
 * @param scale what scores are multiplied by; 0 until the tower fills it in, YaRN's factor included
 */
public record Latent(
    long heads,
    OptionalLong queryRank,
    long keyValueRank,
    long nopeDim,
    long ropeDim,
    long valueDim,
    boolean bias,
    Norm norm,
    Rope rope,
    double scale)
    implements Attention {
  public Latent {
    Require.positive("attention heads", heads);
    Require.positive("query rank", queryRank);
    Require.positive("key/value rank", keyValueRank);
    Require.positive("unrotated head dimension", nopeDim);
    Require.positive("rotated head dimension", ropeDim);
    Require.positive("value head dimension", valueDim);
    Require.finite("attention scale", scale);
    Require.ownNorm("a latent", norm);
  }

  public Latent rope(Rope how) {
    return new Latent(
        heads, queryRank, keyValueRank, nopeDim, ropeDim, valueDim, bias, norm, how, scale);
  }

  public Latent norm(Norm of) {
    return new Latent(
        heads, queryRank, keyValueRank, nopeDim, ropeDim, valueDim, bias, of, rope, scale);
  }

  public Latent scale(double factor) {
    return new Latent(
        heads, queryRank, keyValueRank, nopeDim, ropeDim, valueDim, bias, norm, rope, factor);
  }

  public Latent biased() {
    return new Latent(
        heads, queryRank, keyValueRank, nopeDim, ropeDim, valueDim, true, norm, rope, scale);
  }

  /** Components of a query or key head. */
  public long queryHeadDim() {
    return Math.addExact(nopeDim, ropeDim);
  }

  private double usualScale() {
    double factor = rope.scaling() instanceof RopeScaling.Yarn yarn ? yarn.softmaxFactor() : 1;
    return factor / Math.sqrt((double) queryHeadDim());
  }

  /** Whether scores are multiplied by the factor that the tower would fill in. */
  public boolean isUsuallyScaled() {
    return scale == usualScale();
  }

  @Override
  public Latent resolved(long dim) {
    Latent rotated = rope(rope.resolved(ropeDim));
    return rotated.scale == 0 ? rotated.scale(rotated.usualScale()) : rotated;
  }

  @Override
  public String toString() {
    return "mla("
        + heads
        + ", "
        + queryRank.orElse(0)
        + ", "
        + keyValueRank
        + ", "
        + nopeDim
        + ", "
        + ropeDim
        + ", "
        + valueDim
        + ")"
        + (bias ? ".biased()" : "")
        + ".norm("
        + norm
        + ").rope("
        + rope
        + ")"
        + (scale == 0 || isUsuallyScaled() ? "" : ".scale(" + Print.number(scale) + ")");
  }
}
