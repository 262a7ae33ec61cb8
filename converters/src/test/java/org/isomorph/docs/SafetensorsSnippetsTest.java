package org.isomorph.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.SafetensorsIndex;
import org.isomorph.tensorfile.SafetensorsLayout;
import org.isomorph.tensorfile.SafetensorsWriter;
import org.isomorph.tensorfile.ShardPlan;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.testing.Printed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what docs/safetensors.md shows. */
public class SafetensorsSnippetsTest {
  @TempDir Path directory;

  /** What the page writes first, which its other snippets read. */
  public static Path written() throws IOException {
    // snippet: write
    Path file = Files.createTempDirectory("tiny").resolve("model.safetensors");
    TensorInfo weight = new TensorInfo("weight", DType.F32, Shape.of(2, 3));
    TensorInfo ids = new TensorInfo("ids", DType.I64, Shape.of(2));
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(weight, ids))) {
      writer.write("ids", MemorySegment.ofArray(new long[] {7, 8}));
      writer.write("weight", MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6}));
    }
    // end
    return file;
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    Path file = written();
    String printed =
        Printed.by(() -> {
          // snippet: read
          try (SafetensorsFile open = SafetensorsFile.open(file);
              Arena arena = Arena.ofConfined()) {
            for (StoredTensor tensor : open.tensors().values()) {
              System.out.println(tensor.info() + " at " + tensor.begin());
            }
            MemorySegment mapped = open.map("weight", arena);
            System.out.println(mapped.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 5));

            // A part: the second of the two ids, from byte 8 of the tensor on.
            long[] part = new long[1];
            open.read("ids", 8, MemorySegment.ofArray(part));
            System.out.println(part[0]);
          }
          // end
        });
    assertThat(printed.lines())
        .containsExactly("ids I64 [2] at 160", "weight F32 [2, 3] at 176", "6.0", "8");
  }

  @Test
  void aDirectoryIsOneMapOfTensors() throws Exception {
    Path directory = written().getParent();
    String printed =
        Printed.by(() -> {
          // snippet: directory
          SafetensorsDirectory checkpoint = SafetensorsDirectory.open(directory);
          System.out.println(
              checkpoint.tensors().size() + " tensors, " + checkpoint.totalSize() + " bytes");
          System.out.println(checkpoint.tensor("weight").shape());
          // end
        });
    assertThat(printed.lines()).containsExactly("2 tensors, 40 bytes", "[2, 3]");
  }

  @Test
  void aPlanIsWritten() throws IOException {
    // snippet: shards
    TensorInfo weight = new TensorInfo("weight", DType.BF16, Shape.of(4, 4));
    TensorInfo bias = new TensorInfo("bias", DType.BF16, Shape.of(4));
    ShardPlan plan = ShardPlan.of(List.of(weight, bias), 32);
    for (String name : plan.files().keySet()) {
      SafetensorsLayout layout = plan.files().get(name);
      try (SafetensorsWriter writer = SafetensorsWriter.create(directory.resolve(name), layout)) {
        for (SafetensorsLayout.Range range : layout.ranges().values()) {
          writer.write(range.info().name(), ByteBuffer.allocate((int) range.bytes()));
        }
      }
    }
    if (plan.index().isPresent()) {
      plan.index().get().write(directory.resolve(SafetensorsIndex.FILE_NAME));
    }
    // end
    assertThat(directory)
        .isDirectoryContaining("glob:**/model-00001-of-00002.safetensors")
        .isDirectoryContaining("glob:**/model-00002-of-00002.safetensors");
    assertThat(SafetensorsDirectory.open(directory).tensors()).containsOnlyKeys("weight", "bias");
  }
}
