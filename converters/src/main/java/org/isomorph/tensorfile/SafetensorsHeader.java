package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the header of a safetensors file says: which tensors the file has, and where.
 *
 * <p>It is checked completely when read, against the format and against the file's size, and is
 * immutable. It holds no file open. Reading one reads the header's bytes and nothing behind them.
 *
 * <table>
 * <caption>A file with one tensor {@code w}, {@code F32} of shape {@code [2]}</caption>
 * <tr><td>bytes 0 to 7</td><td>the header's length, 56, little-endian</td></tr>
 * <tr><td>bytes 8 to 63</td><td>{@code {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}} and
 * two spaces</td></tr>
 * <tr><td>bytes 64 to 71</td><td>the data of {@code w}: {@link #dataBegin()} is 64</td></tr>
 * </table>
 */
public final class SafetensorsHeader {
  /** The longest header that the format allows, in bytes. */
  public static final long MAX_LENGTH = 100_000_000;

  /** The bytes in front of the header, which hold its length. */
  static final int PREFIX = 8;

  private final Path file;
  private final long fileSize;
  private final long dataBegin;
  private final Map<String, String> metadata;
  private final Map<String, StoredTensor> tensors;

  private SafetensorsHeader(
      Path file,
      long fileSize,
      long dataBegin,
      Map<String, String> metadata,
      List<StoredTensor> inDataOrder) {
    this.file = file;
    this.fileSize = fileSize;
    this.dataBegin = dataBegin;
    this.metadata = Collections.unmodifiableMap(metadata);
    Map<String, StoredTensor> byName = LinkedHashMap.newLinkedHashMap(inDataOrder.size());
    for (StoredTensor tensor : inDataOrder) byName.put(tensor.name(), tensor);
    this.tensors = Collections.unmodifiableMap(byName);
  }

  /**
   * Reads and checks the header of {@code file}.
   *
   * @throws TensorFileException if the file is not safetensors
   */
  public static SafetensorsHeader read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(file, channel);
    }
  }

  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    long fileSize = channel.size();
    if (fileSize < PREFIX)
      throw TensorFileException.in(
          file,
          "not a safetensors file: expected at least 8 bytes, for the header's length, found "
              + fileSize);
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    FileBytes.read(channel, file, 0, MemorySegment.ofBuffer(prefix));
    long length = prefix.getLong(0);
    checkLength(file, length, fileSize);
    // Only now is the length known to be no more than the file itself.
    byte[] json = new byte[Math.toIntExact(length)];
    FileBytes.read(channel, file, PREFIX, MemorySegment.ofArray(json));
    return parse(file, fileSize, json);
  }

  /** The header whose JSON is {@code json}, of a file of {@code fileSize} bytes. */
  static SafetensorsHeader parse(Path file, long fileSize, byte[] json) {
    if (json.length == 0 || json[0] != '{')
      throw TensorFileException.in(
          file,
          "not a safetensors file: the header must begin with '{', found "
              + (json.length == 0 ? "nothing" : "byte 0x%02x".formatted(json[0])));
    RawHeader raw = HeaderJson.parse(file, JsonText.decode(file, "the header", json));
    long dataBegin = Math.addExact(PREFIX, json.length);
    List<StoredTensor> tensors = HeaderCheck.check(file, raw.entries(), dataBegin, fileSize);
    return new SafetensorsHeader(file, fileSize, dataBegin, raw.metadata(), tensors);
  }

  private static void checkLength(Path file, long length, long fileSize) {
    String claim =
        "the first 8 bytes say that the header has " + Long.toUnsignedString(length) + " bytes, ";
    String mend = "; the file is not safetensors, or was cut short: fetch it again";
    if (length < 0 || length > fileSize - PREFIX)
      throw TensorFileException.in(
          file, claim + "but only " + (fileSize - PREFIX) + " follow" + mend);
    if (length > MAX_LENGTH)
      throw TensorFileException.in(file, claim + "but the format allows at most " + MAX_LENGTH);
  }

  /** The file that this is the header of. */
  public Path file() {
    return file;
  }

  /** The size of the whole file in bytes. */
  public long fileSize() {
    return fileSize;
  }

  /** The position in the file of the first byte of data. */
  public long dataBegin() {
    return dataBegin;
  }

  /** The bytes of data: of all tensors together. */
  public long dataBytes() {
    return fileSize - dataBegin;
  }

  /** The file's {@code __metadata__}, often {@code {format=pt}}; empty where there is none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** All tensors by name, in the order of their data in the file. */
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /** The tensor of this name, if the file has it. */
  public Optional<StoredTensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /**
   * The tensor of this name.
   *
   * @throws TensorFileException if the file has none; the message suggests the nearest name
   */
  public StoredTensor tensor(String name) {
    StoredTensor found = tensors.get(name);
    if (found == null)
      throw TensorFileException.in(
          file,
          "no tensor "
              + Names.quoted(name)
              + " among "
              + tensors.size()
              + Names.suggestion(name, tensors.keySet()));
    return found;
  }

  @Override
  public String toString() {
    return file + ": " + tensors.size() + " tensors, " + dataBytes() + " bytes of data";
  }
}
