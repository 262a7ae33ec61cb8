package org.isomorph.samples;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsWriter;

/** A file of tensors: declared first, then written in any order. */
public final class WriteSafetensors {
  private WriteSafetensors() {}

  /**
   * Writes a small file.
   *
   * @param args the file
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    TensorInfo weight = new TensorInfo("weight", DType.F32, Shape.of(2, 3));
    TensorInfo ids = new TensorInfo("ids", DType.I64, Shape.of(2));
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(weight, ids))) {
      writer.write("ids", MemorySegment.ofArray(new long[] {7, 8}));
      // A tensor may come in pieces.
      writer.write("weight", MemorySegment.ofArray(new float[] {1, 2, 3, 4}));
      writer.write("weight", MemorySegment.ofArray(new float[] {5, 6}));
    }
    // The file appears, whole, when the writer is closed.
    System.out.printf("%s, %d bytes%n", file.getFileName(), Files.size(file));
  }
}
