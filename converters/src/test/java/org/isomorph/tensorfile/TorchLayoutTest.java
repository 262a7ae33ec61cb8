package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A torch file as it was laid out is read as what was laid out, at any size. */
class TorchLayoutTest {
  @TempDir Path folder;

  /** Lays out a file whose data is a hole, and reads it. */
  private Map<String, TorchTensor> written(List<TensorInfo> tensors) throws IOException {
    TorchLayout layout = TorchLayout.of(tensors);
    Path file = folder.resolve("pytorch_model.bin");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(layout.fileSize());
      FileChannel channel = sparse.getChannel();
      for (FixedBytes bytes : layout.fixed())
        FileBytes.write(channel, bytes.offset(), bytes.content());
    }
    Map<String, TorchTensor> read = TorchFile.read(file).tensors();
    assertThat(read.values().stream().map(TorchTensor::info).toList()).isEqualTo(tensors);
    read.forEach((name, tensor) -> {
      assertThat(tensor.dense()).isTrue();
      assertThat(tensor.storage().begin()).isEqualTo(layout.offsets().get(name));
      assertThat(tensor.storage().begin() % 64).isZero();
    });
    assertThat(layout.seals().stream().map(Seal::begin).toList())
        .isEqualTo(
            read.values().stream()
                .filter(tensor -> tensor.shape().elements() > 0)
                .map(tensor -> tensor.storage().begin())
                .toList());
    return read;
  }

  @Test
  void everyDTypeThatTorchHas() throws IOException {
    List<TensorInfo> tensors = new ArrayList<>();
    for (DType dtype : DType.values())
      if (dtype.addressable()) tensors.add(info(dtype.name(), dtype, 3, 5));
    assertThat(written(tensors)).hasSize(19);
  }

  @Test
  void scalarsAndEmptyTensors() throws IOException {
    written(List.of(info("scalar", DType.F32), info("empty", DType.BF16, 0, 7)));
  }

  @Test
  void beyondFourGibibytesTheZipIs64() throws IOException {
    long more = (5L << 30) / 4;
    written(
        List.of(
            info("small", DType.F32, 3),
            info("large", DType.F32, more),
            info("larger", DType.F32, more, 2),
            info("behind", DType.F32, 3)));
  }

  @Test
  void moreEntriesThanTheOldFormatCounts() throws IOException {
    List<TensorInfo> tensors = new ArrayList<>();
    for (int i = 0; i < 70_000; i++) tensors.add(info("layers." + i, DType.U8, 1));
    written(tensors);
  }

  @Test
  void elementsThatTorchDoesNotHaveAreRefused() {
    assertThatThrownBy(() -> TorchLayout.of(List.of(info("w", DType.F4, 2))))
        .isInstanceOf(TensorFileException.class)
        .hasMessage("tensor \"w\": torch has no F4; write safetensors");
  }
}
