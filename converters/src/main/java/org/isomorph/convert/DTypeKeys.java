package org.isomorph.convert;

import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Spelling;
import org.isomorph.tensor.DType;

/** The key of a configuration that tells the dtype of the weights, in both spellings. */
final class DTypeKeys {
  private DTypeKeys() {}

  /** The dtype that a configuration tells, in either spelling. */
  static Optional<DType> get(Config config) {
    return switch (config.text("dtype", config.text("torch_dtype", ""))) {
      case "bfloat16" -> Optional.of(DType.BF16);
      case "float16" -> Optional.of(DType.F16);
      case "float32" -> Optional.of(DType.F32);
      case "float64" -> Optional.of(DType.F64);
      default -> Optional.empty();
    };
  }

  /** The same configuration of a family, telling this dtype if the family's tell one. */
  static Config set(Config config, Dialect dialect, Spelling spelling, DType dtype) {
    if (!dialect.tellsDType()) return config;
    String name =
        switch (dtype) {
          case BF16 -> "bfloat16";
          case F16 -> "float16";
          case F64 -> "float64";
          default -> "float32";
        };
    return config.with(
        Config.builder().set(spelling == Spelling.SINCE_5 ? "dtype" : "torch_dtype", name).build());
  }
}
