package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.tensor.TensorInfo;

/**
 * Any bytes are either refused with a {@link TensorFileException} or make sense and can be written
 * again. Replays its corpus in an ordinary test run; fuzzes where {@code JAZZER_FUZZ=1} is set.
 */
class SafetensorsFuzz {
  private static final Path FILE = Path.of("fuzzed");

  /** The header's JSON, whose file has {@code 8 + json.length + 64} bytes. */
  @FuzzTest(maxDuration = "5m")
  void header(byte[] json) {
    long fileSize = 8L + json.length + 64;
    SafetensorsHeader header;
    try {
      header = SafetensorsHeader.parse(FILE, fileSize, json);
    } catch (TensorFileException refused) {
      assertThat(refused).hasMessageStartingWith(FILE.toString());
      return;
    }
    long position = header.dataBegin();
    for (StoredTensor tensor : header.tensors().values()) {
      assertThat(tensor.begin()).isEqualTo(position);
      position = tensor.end();
    }
    assertThat(position).isEqualTo(fileSize);
    List<TensorInfo> infos = header.tensors().values().stream().map(StoredTensor::info).toList();
    SafetensorsLayout layout = SafetensorsLayout.of(infos, header.metadata());
    byte[] written = layout.header().asSlice(8).toArray(ValueLayout.JAVA_BYTE);
    SafetensorsHeader again = SafetensorsHeader.parse(FILE, layout.fileSize(), written);
    assertThat(again.tensors().values()).containsExactlyElementsOf(layout.at(FILE));
    assertThat(again.metadata()).isEqualTo(header.metadata());
  }

  /** The index's JSON. */
  @FuzzTest(maxDuration = "5m")
  void index(byte[] json) {
    SafetensorsIndex index;
    try {
      index = SafetensorsIndex.parse(FILE, json);
    } catch (TensorFileException refused) {
      assertThat(refused).hasMessageStartingWith(FILE.toString());
      return;
    }
    Path directory = Path.of("/checkpoint");
    for (String shard : index.shards())
      assertThat(directory.resolve(shard).normalize().getParent()).isEqualTo(directory);
    byte[] written = index.toJson().getBytes(StandardCharsets.UTF_8);
    assertThat(SafetensorsIndex.parse(FILE, written)).isEqualTo(index);
  }
}
