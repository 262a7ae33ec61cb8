package org.isomorph.sharding;

import java.util.List;
import org.isomorph.tensor.TensorInfo;

/** A way of spreading logical tensors over files that are to be written. */
public interface Sharding {
  /** The files for these tensors, known to the byte. */
  WrittenTensors files(List<TensorInfo> tensors);
}
