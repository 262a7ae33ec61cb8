package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensor.TensorInfo;

/** Whole files at once, for tensors that fit in memory: a model's inputs and outputs. */
public final class Safetensors {
  private Safetensors() {}

  /**
   * All tensors of a file, in its order.
   *
   * @throws TensorFileException if it is no safetensors file
   */
  public static SequencedMap<String, Tensor> read(Path file) throws IOException {
    return read(file, _ -> true);
  }

  /**
   * The tensors of a file whose names are wanted, in its order; others are not read.
   *
   * @throws TensorFileException if it is no safetensors file
   */
  public static SequencedMap<String, Tensor> read(Path file, Predicate<String> wanted)
      throws IOException {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      for (Map.Entry<String, StoredTensor> each : opened.tensors().entrySet()) {
        if (!wanted.test(each.getKey())) continue;
        StoredTensor stored = each.getValue();
        tensors.put(
            each.getKey(), Tensor.of(stored.dtype(), stored.shape(), stored.read(Arena.ofAuto())));
      }
    }
    return tensors;
  }

  /** Writes a file of these tensors, in their order. */
  public static void write(Path file, SequencedMap<String, Tensor> tensors) throws IOException {
    List<TensorInfo> infos = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> infos.add(new TensorInfo(name, tensor.dtype(), tensor.shape())));
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, infos)) {
      for (Map.Entry<String, Tensor> each : tensors.entrySet())
        writer.write(each.getKey(), each.getValue().data());
    }
  }
}
