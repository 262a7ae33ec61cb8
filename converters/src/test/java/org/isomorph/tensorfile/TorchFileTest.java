package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.AbstractThrowableAssert;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of torch.save hold what torch reads from them, bit for bit; others are refused. */
class TorchFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"zip.bin, zip", "legacy.bin, legacy", "trained.pt, trained"})
  void everyTensorIsWhatTorchReads(String file, String twin) throws IOException {
    StoredTensors stored = StoredTensors.of(TorchFile.read(Crafted.reference("torch/" + file)));
    assertThat(contents(stored)).isEqualTo(expected(twin + ".safetensors"));
  }

  /** Every tensor: dtype, shape and bytes, gathered box by box. */
  private static Map<String, String> contents(StoredTensors stored) throws IOException {
    Map<String, byte[]> bytes = new TreeMap<>();
    for (TensorInfo info : stored.tensors().values())
      bytes.put(info.name(), new byte[(int) info.bytes()]);
    for (Piece<TensorSource, String> piece : stored.storage().pieces())
      gather((StoredTensor) piece.source(), piece.box(), bytes.get(piece.target()));
    Map<String, String> contents = new TreeMap<>();
    for (TensorInfo info : stored.tensors().values())
      contents.put(info.name(), shown(info, bytes.get(info.name())));
    return contents;
  }

  private static void gather(StoredTensor storage, Box box, byte[] target) throws IOException {
    int width = storage.dtype().width();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = storage.read(arena);
      for (long number = 0; number < box.elements(); number++) {
        long from = box.from(), to = box.to(), rest = number;
        for (Box.Dim dim : box.dims().reversed()) {
          from += rest % dim.extent() * dim.fromStride();
          to += rest % dim.extent() * dim.toStride();
          rest /= dim.extent();
        }
        MemorySegment.copy(
            data, ValueLayout.JAVA_BYTE, from * width, target, (int) to * width, width);
      }
    }
  }

  private static Map<String, String> expected(String twin) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(Crafted.reference("torch/" + twin));
        Arena arena = Arena.ofConfined()) {
      for (StoredTensor tensor : file.tensors().values())
        contents.put(
            tensor.name(), shown(tensor.info(), tensor.read(arena).toArray(ValueLayout.JAVA_BYTE)));
    }
    return contents;
  }

  private static String shown(TensorInfo info, byte[] bytes) {
    return info.dtype() + " " + info.shape() + " " + HexFormat.of().formatHex(bytes);
  }

  @Test
  void tensorsShareTheirStorage() throws IOException {
    Map<String, TorchTensor> tensors = TorchFile.read(Crafted.reference("torch/zip.bin")).tensors();
    assertThat(tensors.get("tied").storage()).isEqualTo(tensors.get("base").storage());
    assertThat(tensors.get("row").offset()).isEqualTo(2 * 30 + 3 * 5);
    assertThat(tensors.get("row").dense()).isTrue();
    assertThat(tensors.get("transposed").dense()).isFalse();
    assertThat(tensors.get("expanded").strides()).containsExactly(0L, 1L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sparse.bin     | tensor \"sparse\": it is made by \"torch._utils._rebuild_sparse_tensor\"",
        "complex128.bin | a storage is a \"torch.ComplexDoubleStorage\", and such elements",
        "conjugate.bin  | tensor \"conjugate\": it is a lazy conjugate or negative",
        "module.bin     | expected a dict of tensors, found an object of torch.nn.modules.linear.Linear; save the model's state_dict()",
        "two.bin        | [model, state_dict] are dicts: expected one with the model's tensors",
        "none.bin       | the dict has no tensors: expected names and tensors",
        "deflated.bin   | of the zip is compressed: expected it stored as it is",
        "big-endian.bin | expected data in byte order little, found \"big\"",
        "zip.safetensors | expected a file of torch.save, found safetensors",
        "torch_files.py | expected a file of torch.save, found something else",
        "values-2.pkl   | a pickle, but not of torch.save: expected its magic number first",
      })
  void whatIsNotReadIsRefused(String file, String message) {
    Path path = Crafted.reference("torch/" + file);
    refused(path).hasMessageContaining(message);
  }

  private static AbstractThrowableAssert<?, ?> refused(Path file) {
    return assertThatThrownBy(() -> TorchFile.read(file).tensors())
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(file.toString());
  }

  @Test
  void viewsThatOverlapAreRefusedByName() throws IOException {
    TorchFile file = TorchFile.read(Crafted.reference("torch/overlapping.bin"));
    assertThatThrownBy(() -> StoredTensors.of(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("tensor \"windows\": strides [1, 1] of shape [4, 3]: expected each")
        .hasMessageEndingWith("call contiguous() on the tensor and save it again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1 | a pointer of Git LFS",
        "<!DOCTYPE html><html>404</html> | a page of HTML",
        "'{\"error\": \"Repository not found\"}' | JSON",
        "GGUF | a GGUF file",
        "'' | an empty file",
        "PK | something else",
      })
  void whatElseAFileLooksLikeIsSaid(String content, String description) throws IOException {
    Path file = folder.resolve("pytorch_model.bin");
    Files.writeString(file, content);
    refused(file).hasMessageContaining("expected a file of torch.save, found " + description);
  }

  @Test
  void theOldestFormatIsATar() throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    refused(Files.write(folder.resolve("old.pt"), tar))
        .hasMessageContaining("a tar, as torch saved before version 0.1.10");
  }

  @ParameterizedTest
  @CsvSource({"zip.bin", "legacy.bin", "trained.pt"})
  void aFileThatWasCutShortIsRefusedWhereverItEnds(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Crafted.reference("torch/" + name));
    for (int length = 0; length < whole.length; length += 97) {
      ByteArrayOutputStream part = new ByteArrayOutputStream();
      part.write(whole, 0, length);
      refused(Files.write(folder.resolve("part.bin"), part.toByteArray()));
    }
  }
}
