package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.TreeSet;

/**
 * The index of a sharded checkpoint, {@code model.safetensors.index.json}: which shard has which
 * tensor.
 *
 * <p>Shards are plain names of files beside the index. A name that could lead elsewhere is refused,
 * when read and when written.
 *
 * <table>
 * <caption>Shard names</caption>
 * <tr><td>{@code model-00001-of-00002.safetensors}</td><td>accepted</td></tr>
 * <tr><td>{@code ../model.safetensors}, {@code /x}, {@code a\b}</td><td>refused</td></tr>
 * <tr><td>the empty name, {@code .}, {@code ..}, a name with NUL</td><td>refused</td></tr>
 * </table>
 *
 * @param weightMap for each tensor the file name of its shard, in the order of the file
 * @param metadata the entries of {@code metadata}, {@code total_size} among them, each value as its
 *     JSON text
 */
public record SafetensorsIndex(Map<String, String> weightMap, Map<String, String> metadata) {
  /** What the index is called in a checkpoint's directory. */
  public static final String FILE_NAME = "model.safetensors.index.json";

  static final String TOTAL_SIZE = "total_size";

  /**
   * Copies the maps and checks the names.
   *
   * @throws TensorFileException if a tensor's or a shard's name is not allowed
   */
  public SafetensorsIndex {
    weightMap = Collections.unmodifiableMap(new LinkedHashMap<>(weightMap));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    metadata.forEach((key, value) ->
        metadataProblem(key, value)
            .ifPresent(problem -> refuse("metadata: key " + Names.quoted(key), problem)));
    weightMap.forEach((tensor, shard) ->
        Names.problem(tensor)
            .or(() -> shardProblem(shard))
            .ifPresent(problem -> refuse("weight_map: tensor " + Names.quoted(tensor), problem)));
  }

  /** The index of tensors that take {@code totalSize} bytes together. */
  public static SafetensorsIndex of(Map<String, String> weightMap, long totalSize) {
    return new SafetensorsIndex(weightMap, Map.of(TOTAL_SIZE, Long.toString(totalSize)));
  }

  /**
   * Reads an index.
   *
   * @throws TensorFileException if it is malformed
   */
  public static SafetensorsIndex read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > SafetensorsHeader.MAX_LENGTH)
      throw TensorFileException.in(
          file,
          "an index of "
              + size
              + " bytes; expected at most "
              + SafetensorsHeader.MAX_LENGTH
              + ", as for a header");
    return parse(file, Files.readAllBytes(file));
  }

  static SafetensorsIndex parse(Path file, byte[] json) {
    return IndexJson.parse(file, JsonText.decode(file, "the index", json));
  }

  /** Writes the index, as whole a file or not at all. */
  public void write(Path file) throws IOException {
    byte[] json = toJson().getBytes(StandardCharsets.UTF_8);
    try (PartialFile partial = PartialFile.beside(file)) {
      FileBytes.write(partial.channel(), 0, MemorySegment.ofArray(json));
      partial.publish();
    }
  }

  /** The index as the text of its file. */
  public String toJson() {
    return IndexJson.write(this);
  }

  /**
   * The bytes of data that {@code metadata.total_size} claims for all tensors, if it is there and a
   * whole number. Published checkpoints are known to be wrong here.
   */
  public OptionalLong totalSize() {
    return IndexJson.wholeNumber(metadata.get(TOTAL_SIZE));
  }

  /** The file names of all shards, sorted. */
  public SequencedSet<String> shards() {
    return Collections.unmodifiableSequencedSet(new TreeSet<>(weightMap.values()));
  }

  private static void refuse(String where, String problem) {
    throw new TensorFileException(where + ": " + problem);
  }

  private static Optional<String> metadataProblem(String key, String value) {
    return Names.textProblem(key)
        .or(() -> Names.textProblem(value))
        .or(() ->
            IndexJson.isJson(value)
                ? Optional.empty()
                : Optional.of("expected JSON, found " + Names.quoted(value)));
  }

  private static Optional<String> shardProblem(String shard) {
    return FileNames.isPlain(shard)
        ? Optional.empty()
        : Optional.of(
            "expected its shard to be a file beside the index, named without separators, found "
                + Names.quoted(shard));
  }
}
