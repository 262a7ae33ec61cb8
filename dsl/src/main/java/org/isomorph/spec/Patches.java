package org.isomorph.spec;

/**
 * An image cut into square patches, each projected to a vector: {@code norm([class] +
 * project(patches) + position)}.
 *
 * @param image pixels along a side
 * @param patch pixels along a side of a patch
 * @param channels colours
 * @param bias whether the projection has one
 * @param classToken whether a learned vector stands before the patches
 * @param positioned whether a learned vector is added for each position
 * @param norm applied to the sum
 */
public record Patches(
    long image,
    long patch,
    long channels,
    boolean bias,
    boolean classToken,
    boolean positioned,
    Norm norm)
    implements Input {
  public Patches {
    Require.positive("image size", image);
    Require.positive("patch size", patch);
    Require.divides("image size", image, "patch size", patch);
    Require.positive("channels", channels);
    Require.ownNorm("an input", norm);
  }

  /** The vectors that enter the tower: patches, and the class token if there is one. */
  public long positions() {
    long side = image / patch;
    return Math.addExact(Math.multiplyExact(side, side), classToken ? 1 : 0);
  }

  public Patches channels(long colours) {
    return new Patches(image, patch, colours, bias, classToken, positioned, norm);
  }

  public Patches unbiased() {
    return new Patches(image, patch, channels, false, classToken, positioned, norm);
  }

  /** The same patches without a class token before them. */
  public Patches classless() {
    return new Patches(image, patch, channels, bias, false, positioned, norm);
  }

  /** The same patches without learned positions. */
  public Patches unpositioned() {
    return new Patches(image, patch, channels, bias, classToken, false, norm);
  }

  public Patches norm(Norm of) {
    return new Patches(image, patch, channels, bias, classToken, positioned, of);
  }

  @Override
  public String toString() {
    return "patches("
        + image
        + ", "
        + patch
        + ")"
        + (channels == 3 ? "" : ".channels(" + channels + ")")
        + (bias ? "" : ".unbiased()")
        + (classToken ? "" : ".classless()")
        + (positioned ? "" : ".unpositioned()")
        + (Norm.NONE.equals(norm) ? "" : ".norm(" + norm + ")");
  }
}
