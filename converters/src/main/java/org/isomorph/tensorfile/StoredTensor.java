package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.isomorph.tensor.TensorInfo;

/**
 * A tensor and the bytes of a file that hold it, dense, row-major and little-endian.
 *
 * <p>It holds no file open: each of its reads opens the file. Where many reads of one file follow
 * each other, {@link SafetensorsFile} keeps it open between them.
 *
 * @param info its name, type and shape
 * @param file the file that holds it
 * @param begin the position in the file of its first byte
 * @param end the position in the file behind its last byte
 */
public record StoredTensor(TensorInfo info, Path file, long begin, long end)
    implements TensorSource {
  /** Checks that the range is one, and as long as the tensor. */
  public StoredTensor {
    if (begin < 0 || end < begin)
      throw new IllegalArgumentException("not a range of bytes: " + begin + " to " + end);
    if (end - begin != info.bytes())
      throw new IllegalArgumentException(
          info + " takes " + info.bytes() + " bytes, its range has " + (end - begin));
  }

  /** Where the data begins tells tensors apart: as the key of a large map, one hashes fast. */
  @Override
  public int hashCode() {
    return 31 * file.hashCode() + Long.hashCode(begin);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredTensor that
        && begin == that.begin
        && end == that.end
        && file.equals(that.file)
        && info.equals(that.info);
  }

  @Override
  public List<StoredTensor> files() {
    return List.of(this);
  }

  @Override
  public ElementReader open(StoredBytes files) {
    return (first, target) -> files.read(this, dtype().bytes(first), target);
  }

  /** The length of the data in bytes. */
  public long bytes() {
    return end - begin;
  }

  /**
   * Whether the data begins at a multiple of the element's width, so that a {@linkplain #map map}
   * of it can be read with aligned layouts. Older files are not always so.
   */
  public boolean aligned() {
    return !dtype().addressable() || begin % dtype().width() == 0;
  }

  /**
   * Fills {@code target} with the data from byte {@code offset} of the tensor on.
   *
   * @throws IndexOutOfBoundsException if the tensor has fewer bytes there than {@code target}
   */
  public void read(long offset, MemorySegment target) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      read(channel, offset, target);
    }
  }

  /** A copy of the data in memory of {@code arena}, aligned to the element's width. */
  public MemorySegment read(Arena arena) throws IOException {
    MemorySegment target = allocate(arena);
    read(0, target);
    return target;
  }

  /**
   * The data where it is in the file, mapped read-only for as long as {@code arena} lives, of any
   * size. Unless {@link #aligned()}, read it with unaligned layouts. If another program cuts the
   * file short meanwhile, reading the segment fails with an {@link InternalError}.
   */
  public MemorySegment map(Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return map(channel, arena);
    }
  }

  MemorySegment allocate(Arena arena) {
    return arena.allocate(bytes(), dtype().addressable() ? dtype().width() : 1);
  }

  void read(FileChannel channel, long offset, MemorySegment target) throws IOException {
    if (offset < 0 || offset > bytes() || target.byteSize() > bytes() - offset)
      throw new IndexOutOfBoundsException(
          file
              + ": tensor "
              + Names.quoted(name())
              + " has "
              + bytes()
              + " bytes, asked for "
              + target.byteSize()
              + " from "
              + offset);
    FileBytes.read(channel, file, begin + offset, target);
  }

  MemorySegment map(FileChannel channel, Arena arena) throws IOException {
    if (channel.size() < end) throw FileBytes.truncated(file, end, channel.size());
    return channel.map(FileChannel.MapMode.READ_ONLY, begin, bytes(), arena);
  }
}
