package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.tensorfile.DistributedMetadata.Described;
import org.isomorph.tensorfile.DistributedMetadata.Place;

/**
 * Any bytes are either refused with a {@link TensorFileException}, or tensors whose chunks have
 * each element once. Replays its corpus in an ordinary test run; fuzzes where {@code JAZZER_FUZZ=1}
 * is set.
 */
class DistributedFuzz {
  @FuzzTest(maxDuration = "5m")
  void metadata(byte[] content) throws IOException {
    Path file = Files.createTempFile("fuzzed", ".metadata");
    try {
      Files.write(file, content);
      DistributedMetadata metadata;
      try {
        metadata = DistributedMetadata.read(file);
      } catch (TensorFileException refused) {
        assertThat(refused).hasMessageStartingWith(file.toString());
        return;
      }
      for (Described tensor : metadata.tensors().values()) {
        List<Window> windows = List.copyOf(tensor.chunks().keySet());
        assertThat(windows).allMatch(window -> window.within(tensor.info().shape()));
        assertThat(windows.stream().mapToLong(window -> window.sizes().elements()).sum())
            .isEqualTo(tensor.info().shape().elements());
        for (Place place : tensor.chunks().values())
          assertThat(place.begin()).isNotNegative().isLessThanOrEqualTo(place.end());
      }
    } finally {
      Files.delete(file);
    }
  }
}
