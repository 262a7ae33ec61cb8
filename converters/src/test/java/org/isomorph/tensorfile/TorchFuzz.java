package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isomorph.sharding.StoredTensors;

/**
 * Any bytes are either refused with a {@link TensorFileException}, or tensors that lie within the
 * file. Replays its corpus in an ordinary test run; fuzzes where {@code JAZZER_FUZZ=1} is set.
 */
class TorchFuzz {
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) throws IOException {
    Path file = Files.createTempFile("fuzzed", ".bin");
    try {
      Files.write(file, content);
      StoredTensors stored;
      try {
        stored = StoredTensors.of(TorchFile.read(file));
      } catch (TensorFileException refused) {
        assertThat(refused).hasMessageStartingWith(file.toString());
        return;
      }
      for (var piece : stored.storage().pieces()) {
        StoredTensor storage = (StoredTensor) piece.source();
        assertThat(storage.end()).isLessThanOrEqualTo(content.length);
        assertThat(piece.box().lastFrom()).isLessThan(storage.shape().elements());
      }
    } finally {
      Files.delete(file);
    }
  }
}
