package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * An open safetensors file, whose tensors are read or mapped when asked for.
 *
 * <p>Opening reads the {@linkplain SafetensorsHeader header} and checks it; data is neither read
 * nor mapped then. All reads are positional, so one file may be read from many threads at once.
 * Segments from {@link #map} belong to the caller's arena and outlive this file.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final SafetensorsHeader header;
  private final FileChannel channel;

  private SafetensorsFile(SafetensorsHeader header, FileChannel channel) {
    this.header = header;
    this.channel = channel;
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws TensorFileException if the file is not safetensors
   */
  public static SafetensorsFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new SafetensorsFile(SafetensorsHeader.read(file, channel), channel);
    } catch (Throwable failed) {
      try (channel) {
        throw failed;
      }
    }
  }

  /** What the header says. */
  public SafetensorsHeader header() {
    return header;
  }

  /** The file's {@code __metadata__}; empty where there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors by name, in the order of their data in the file. */
  public Map<String, StoredTensor> tensors() {
    return header.tensors();
  }

  /** The tensor of this name, if the file has it. */
  public Optional<StoredTensor> find(String name) {
    return header.find(name);
  }

  /**
   * The tensor of this name.
   *
   * @throws TensorFileException if the file has none; the message suggests the nearest name
   */
  public StoredTensor tensor(String name) {
    return header.tensor(name);
  }

  /**
   * Fills {@code target} with the data of a tensor, from byte {@code offset} of the tensor on.
   *
   * @throws IndexOutOfBoundsException if the tensor has fewer bytes there than {@code target}
   */
  public void read(String name, long offset, MemorySegment target) throws IOException {
    tensor(name).read(channel, offset, target);
  }

  /** A copy of a tensor's data in memory of {@code arena}, aligned to the element's width. */
  public MemorySegment read(String name, Arena arena) throws IOException {
    StoredTensor tensor = tensor(name);
    MemorySegment target = tensor.allocate(arena);
    tensor.read(channel, 0, target);
    return target;
  }

  /** A tensor's data where it is in the file, mapped as {@link StoredTensor#map} does it. */
  public MemorySegment map(String name, Arena arena) throws IOException {
    return tensor(name).map(channel, arena);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return header.toString();
  }
}
