package org.isomorph.tensorfile;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.tensor.TensorInfo;

/**
 * Where every byte of a safetensors file will be, computed before one is written.
 *
 * <p>It is arithmetic alone: whoever has a layout may write the {@link #header()} at position 0 and
 * each tensor at its position, in any order, from any number of threads.
 *
 * <p>Tensors keep the order in which they are given, except that wider types come before narrower
 * ones. Because the header is padded to a multiple of eight bytes, each tensor is then aligned to
 * the width of its elements. The reference implementation sorts in the same way, and by name within
 * a type.
 */
public final class SafetensorsLayout {
  /** The metadata that transformers demands of a file. */
  public static final Map<String, String> DEFAULT_METADATA = Map.of("format", "pt");

  private static final int ALIGNMENT = 8;

  private final Map<String, String> metadata;
  private final byte[] header;
  private final Map<String, Range> ranges;
  private final long fileSize;

  /**
   * A tensor's place in the file.
   *
   * @param info the tensor
   * @param begin the position in the file of its first byte
   * @param end the position in the file behind its last byte
   */
  public record Range(TensorInfo info, long begin, long end) {
    /** The length in bytes. */
    public long bytes() {
      return end - begin;
    }
  }

  private SafetensorsLayout(List<TensorInfo> tensors, Map<String, String> metadata) {
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    List<RawHeader.Entry> entries = new ArrayList<>(tensors.size());
    long end = 0;
    for (TensorInfo tensor : tensors) {
      long begin = end;
      end = Math.addExact(begin, tensor.bytes());
      entries.add(
          new RawHeader.Entry(
              tensor.name(),
              tensor.dtype().name(),
              tensor.shape().stream().boxed().toList(),
              begin,
              end));
    }
    this.header = header(HeaderJson.write(metadata, entries));
    this.fileSize = Math.addExact(header.length, end);
    Map<String, Range> places = LinkedHashMap.newLinkedHashMap(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      RawHeader.Entry entry = entries.get(i);
      places.put(
          entry.name(),
          new Range(tensors.get(i), header.length + entry.begin(), header.length + entry.end()));
    }
    this.ranges = Collections.unmodifiableMap(places);
  }

  /** The layout of a file of these tensors, with {@link #DEFAULT_METADATA}. */
  public static SafetensorsLayout of(List<TensorInfo> tensors) {
    return of(tensors, DEFAULT_METADATA);
  }

  /**
   * The layout of a file of these tensors, with this metadata, which may be empty.
   *
   * @throws TensorFileException if a name is not allowed or occurs twice, if a tensor does not fill
   *     whole bytes, or if the header would exceed {@link SafetensorsHeader#MAX_LENGTH}
   */
  public static SafetensorsLayout of(List<TensorInfo> tensors, Map<String, String> metadata) {
    check(tensors, metadata);
    // Before the header is made, in memory, of names that are too long for one.
    checkHeaderLength(tensors.stream().mapToLong(tensor -> tensor.name().length()).sum());
    List<TensorInfo> ordered = new ArrayList<>(tensors);
    ordered.sort((a, b) -> Integer.compare(b.dtype().bits(), a.dtype().bits()));
    return new SafetensorsLayout(ordered, metadata);
  }

  static void check(List<TensorInfo> tensors, Map<String, String> metadata) {
    Set<String> names = new HashSet<>();
    for (TensorInfo tensor : tensors) {
      Optional<String> problem = Names.problem(tensor.name());
      if (problem.isEmpty() && !names.add(tensor.name()))
        problem = Optional.of("expected each name once, found this one twice");
      if (problem.isEmpty()) problem = sizeProblem(tensor);
      if (problem.isPresent())
        throw new TensorFileException(
            "tensor " + Names.quoted(tensor.name()) + ": " + problem.get());
    }
    metadata.forEach((key, value) ->
        Names.textProblem(key)
            .or(() -> Names.textProblem(value))
            .ifPresent(problem -> {
              throw new TensorFileException("metadata: key " + Names.quoted(key) + " " + problem);
            }));
  }

  private static Optional<String> sizeProblem(TensorInfo tensor) {
    try {
      return tensor.bytes() < 0 ? Optional.of("negative size") : Optional.empty();
    } catch (ArithmeticException notWhole) {
      return Optional.of("its size is not a number of bytes: " + notWhole.getMessage());
    }
  }

  private static void checkHeaderLength(long length) {
    if (length > SafetensorsHeader.MAX_LENGTH)
      throw new TensorFileException(
          ("the header would have %d bytes or more, and the format allows at most %d;"
                  + " divide the tensors into shards")
              .formatted(length, SafetensorsHeader.MAX_LENGTH));
  }

  private static byte[] header(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, ALIGNMENT) * ALIGNMENT;
    checkHeaderLength(length);
    ByteBuffer header =
        ByteBuffer.allocate(SafetensorsHeader.PREFIX + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(text);
    while (header.hasRemaining()) header.put((byte) ' ');
    return header.array();
  }

  /** The bytes in front of the data: the length, the JSON, and spaces. As a read-only segment. */
  public MemorySegment header() {
    return MemorySegment.ofArray(header).asReadOnly();
  }

  /** The position in the file of the first byte of data, a multiple of eight. */
  public long dataBegin() {
    return header.length;
  }

  /** The size of the whole file in bytes. */
  public long fileSize() {
    return fileSize;
  }

  /** The file's {@code __metadata__}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Each tensor's place by name, in the order of the data. */
  public Map<String, Range> ranges() {
    return ranges;
  }

  /**
   * The place of one tensor.
   *
   * @throws TensorFileException if the layout has none of this name
   */
  public Range range(String name) {
    Range range = ranges.get(name);
    if (range == null)
      throw new TensorFileException(
          "no tensor "
              + Names.quoted(name)
              + " among the "
              + ranges.size()
              + " declared"
              + Names.suggestion(name, ranges.keySet()));
    return range;
  }

  /** The tensors of {@code file}, once it has been written in this layout. */
  public List<StoredTensor> at(Path file) {
    return ranges.values().stream()
        .map(range -> new StoredTensor(range.info(), file, range.begin(), range.end()))
        .toList();
  }
}
