package org.isomorph.tensorfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;

/** Files made by hand for tests, byte by byte, and files that the reference wrote. */
final class Crafted {
  private Crafted() {}

  /** The bytes of a file with this header, unpadded, and {@code data} zero bytes behind it. */
  static byte[] file(String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return file(json.length, json, data);
  }

  /** As {@link #file(String, int)}, with any claim of the header's length. */
  static byte[] file(long claimed, byte[] json, int data) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putLong(claimed).put(json).array();
  }

  /** A header's entry of an F32 tensor. */
  static String f32(String name, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, shape, begin, end);
  }

  static TensorInfo info(String name, DType dtype, long... shape) {
    return new TensorInfo(name, dtype, Shape.of(shape));
  }

  /** Writes a file whose tensors are all zero. */
  static void zeros(Path file, TensorInfo... tensors) {
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(tensors))) {
      for (TensorInfo tensor : tensors)
        writer.write(tensor.name(), ByteBuffer.allocate(Math.toIntExact(tensor.bytes())));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static void index(Path directory, Map<String, String> weightMap, long totalSize)
      throws IOException {
    SafetensorsIndex.of(weightMap, totalSize).write(directory.resolve(SafetensorsIndex.FILE_NAME));
  }

  /** A file that the reference implementation wrote. */
  static Path reference(String name) {
    try {
      return Path.of(Objects.requireNonNull(Crafted.class.getResource(name), name).toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
