package org.isomorph.convert;

import org.isomorph.dialect.Config;
import org.isomorph.dialect.Spelling;
import org.isomorph.tensor.DType;

/** The key of a configuration that tells the dtype of the weights, in both spellings. */
final class DTypeKeys {
  private DTypeKeys() {}

  static Config set(Config config, Spelling spelling, DType dtype) {
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
