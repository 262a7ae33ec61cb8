package org.isomorph.megatron.execution;

import java.util.stream.IntStream;
import org.isomorph.dialect.Config;

/** A rotation of the first components of a head by their positions. */
final class RotaryEmbedding {
  private static final double TRAINED = 8192, SLOW = 1, FAST = 4;

  private final double[] frequencies;
  private final boolean neighbours;
  private final double factor;

  /**
   * @param frequencies a pair of components each, in radians a token
   * @param neighbours whether component 2i turns with 2i + 1; otherwise with the one that is half
   *     of the rotated components further
   * @param factor what cosines and sines are multiplied by
   */
  private RotaryEmbedding(double[] frequencies, boolean neighbours, double factor) {
    this.frequencies = frequencies;
    this.neighbours = neighbours;
    this.factor = factor;
  }

  /** Of the heads of plain attention. */
  static RotaryEmbedding of(Config args, int headDim) {
    double[] frequencies = plain(args, headDim);
    if (args.flag("use_rope_scaling", false)) {
      double factor = args.real("rope_scaling_factor", 8);
      for (int i = 0; i < frequencies.length; i++) frequencies[i] = scaled(frequencies[i], factor);
    }
    double interpolation = args.real("rotary_seq_len_interpolation_factor", 1);
    for (int i = 0; i < frequencies.length; i++) frequencies[i] /= interpolation;
    return new RotaryEmbedding(frequencies, args.flag("rotary_interleaved", false), 1);
  }

  /** Of latent attention, not stretched. */
  static RotaryEmbedding latent(Config args, int rotated) {
    return new RotaryEmbedding(plain(args, rotated), true, 1);
  }

  private static double[] plain(Config args, int headDim) {
    double part = args.real("rotary_percent", 1);
    int dim = part < 1 ? (int) (headDim * part) : headDim;
    double base = args.real("rotary_base", 10_000);
    return IntStream.range(0, dim / 2).mapToDouble(i -> Math.pow(base, -2.0 * i / dim)).toArray();
  }

  /** Long waves are stretched, short ones kept, those between blended. */
  private static double scaled(double frequency, double factor) {
    double wave = 2 * Math.PI / frequency;
    if (wave < TRAINED / FAST) return frequency;
    if (wave > TRAINED / SLOW) return frequency / factor;
    double smooth = (TRAINED / wave - SLOW) / (FAST - SLOW);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  }

  /** Of latent attention, stretched by YaRN. */
  static RotaryEmbedding yarn(Config args, int dim) {
    double base = args.real("rotary_base", 10_000);
    double stretch = args.real("rotary_scaling_factor", 1);
    double trained = args.real("original_max_position_embeddings", 4096);
    double low = Math.floor(turning(args.real("beta_fast", 32), dim, base, trained));
    double high = Math.ceil(turning(args.real("beta_slow", 1), dim, base, trained));
    double from = Math.max(low, 0), to = Math.min(high, dim - 1.0);
    double[] frequencies = new double[dim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double plain = Math.pow(base, -2.0 * i / dim);
      double ramp = Math.clamp((i - from) / (from == to ? 0.001 : to - from), 0, 1);
      frequencies[i] = plain / stretch * ramp + plain * (1 - ramp);
    }
    double factor =
        mscale(stretch, args.real("mscale", 1)) / mscale(stretch, args.real("mscale_all_dim", 0));
    return new RotaryEmbedding(frequencies, true, factor);
  }

  /** The component that turns so often over the trained context. */
  private static double turning(double often, int dim, double base, double trained) {
    return dim * Math.log(trained / (often * 2 * Math.PI)) / (2 * Math.log(base));
  }

  static double mscale(double stretch, double by) {
    return stretch <= 1 ? 1 : 0.1 * by * Math.log(stretch) + 1;
  }

  /**
   * Turns one head.
   *
   * @param at where it begins in {@code values}
   */
  void turn(float[] values, int at, int position) {
    for (int i = 0; i < frequencies.length; i++) {
      int one = at + (neighbours ? 2 * i : i);
      int other = neighbours ? one + 1 : one + frequencies.length;
      double angle = position * frequencies[i];
      double cosine = Math.cos(angle) * factor, sine = Math.sin(angle) * factor;
      double a = values[one], b = values[other];
      values[one] = (float) (a * cosine - b * sine);
      values[other] = (float) (b * cosine + a * sine);
    }
  }
}
