package org.isomorph.samples;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.StoredTensor;

/** What is in a file of tensors, and the numbers of one of them. */
public final class ReadSafetensors {
  private ReadSafetensors() {}

  /**
   * Lists a file, and sums a tensor of it.
   *
   * @param args the file, and the name of a float32 tensor
   */
  public static void main(String[] args) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(Path.of(args[0]));
        Arena arena = Arena.ofConfined()) {
      for (StoredTensor tensor : file.tensors().values())
        System.out.println(tensor.info() + " at " + tensor.begin());

      // Mapped, not copied: pages are read as they are touched, so any size will do.
      MemorySegment mapped = file.map(args[1], arena);
      double sum = 0;
      for (long at = 0; at < mapped.byteSize(); at += Float.BYTES)
        sum += mapped.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
      System.out.println(args[1] + " sums to " + sum);
    }
  }
}
