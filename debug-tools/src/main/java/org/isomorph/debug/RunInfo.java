package org.isomorph.debug;

import java.util.Locale;
import org.isomorph.tensor.DType;

/**
 * What a result was measured on.
 *
 * @param model its name
 * @param dtype that it was computed in
 * @param tokens that were given, without padding
 */
public record RunInfo(String model, DType dtype, long tokens) {
  @Override
  public String toString() {
    return "model %s  %s  T=%d".formatted(model, dtype.name().toLowerCase(Locale.ROOT), tokens);
  }
}
