package org.isomorph.megatron;

import org.isomorph.dialect.Config;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Norm;

/** The arguments of norms: all of a model are alike. */
final class NormArguments {
  private static final String KIND = "normalization";
  private static final String RMS = "RMSNorm";
  private static final String LAYER = "LayerNorm";
  private static final String EPS = "layernorm_epsilon";
  private static final String OTHER_EPS = "norm_epsilon";
  private static final String OFFSET = "layernorm_zero_centered_gamma";
  private static final String OTHER_OFFSET = "apply_layernorm_1p";

  private NormArguments() {}

  static Norm read(Config config) {
    double eps = config.real(EPS, config.real(OTHER_EPS, 1e-5));
    boolean offset = config.flag(OFFSET, false) || config.flag(OTHER_OFFSET, false);
    return switch (config.text(KIND, LAYER)) {
      case RMS -> offset ? Dsl.rms(eps).unitOffset() : Dsl.rms(eps);
      case LAYER -> {
        if (offset)
          throw config.invalid(OFFSET, "false with LayerNorm: its gain is not described so");
        yield Dsl.layerNorm(eps);
      }
      default -> throw config.invalid(KIND, "LayerNorm or RMSNorm");
    };
  }

  static void write(Config.Builder config, Norm norm) {
    boolean rms = norm instanceof Norm.Rms;
    double eps =
        switch (norm) {
          case Norm.Rms each -> each.eps();
          case Norm.Layer each -> each.eps();
          case Norm.Special _ -> 1e-5;
        };
    config
        .set(KIND, rms ? RMS : LAYER)
        .set(EPS, eps)
        .set(OTHER_EPS, eps)
        .set(OFFSET, norm instanceof Norm.Rms each && each.gain() == Norm.Gain.UNIT_OFFSET);
  }
}
