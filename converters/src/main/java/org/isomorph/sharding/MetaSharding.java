package org.isomorph.sharding;

import java.util.List;
import java.util.Map;
import org.isomorph.tensor.TensorInfo;

/** Meta's files of LLaMA, for one device: one torch file, however large. */
public record MetaSharding() implements Sharding {
  @Override
  public WrittenTensors files(List<TensorInfo> tensors) {
    return WrittenTensors.whole(
        List.of(TorchSharding.file("consolidated.00.pth", tensors)), Map.of());
  }
}
