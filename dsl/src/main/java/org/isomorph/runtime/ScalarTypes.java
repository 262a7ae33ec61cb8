package org.isomorph.runtime;

import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;

/** The numbers by which libtorch knows dtypes. */
final class ScalarTypes {
  private ScalarTypes() {}

  /**
   * libtorch's number of a dtype.
   *
   * @throws RunException if libtorch has no such dtype
   */
  static int of(DType dtype) {
    return TorchTypes.number(dtype)
        .orElseThrow(() -> new RunException("libtorch has no tensors of " + dtype));
  }
}
