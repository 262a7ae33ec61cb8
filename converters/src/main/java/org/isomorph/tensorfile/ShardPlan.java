package org.isomorph.tensorfile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isomorph.tensor.TensorInfo;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint divided into files of bounded size: which files, which tensors are where in each,
 * and the index that ties them together.
 *
 * <p>Shards are cut as Hugging Face's libraries cut them: a shard is closed as soon as the next
 * tensor would take it over the bound, and a tensor that is larger than the bound has a shard to
 * itself. The bound is on data; headers come on top.
 *
 * <table>
 * <caption>Files of 6, 6, 2, 6, 2 and 2 bytes with a bound of 10</caption>
 * <tr><td>{@code model-00001-of-00003.safetensors}</td><td>6</td></tr>
 * <tr><td>{@code model-00002-of-00003.safetensors}</td><td>6, 2</td></tr>
 * <tr><td>{@code model-00003-of-00003.safetensors}</td><td>6, 2, 2</td></tr>
 * </table>
 */
public final class ShardPlan {
  private final Map<String, SafetensorsLayout> files;
  private final @Nullable SafetensorsIndex index;
  private final long totalSize;

  private ShardPlan(
      Map<String, SafetensorsLayout> files, @Nullable SafetensorsIndex index, long totalSize) {
    this.files = Collections.unmodifiableMap(files);
    this.index = index;
    this.totalSize = totalSize;
  }

  /**
   * The plan for these tensors, with {@link SafetensorsLayout#DEFAULT_METADATA} in each file.
   *
   * @param maxShardBytes the most bytes of data that a shard of several tensors may have
   */
  public static ShardPlan of(List<TensorInfo> tensors, long maxShardBytes) {
    return of(tensors, maxShardBytes, SafetensorsLayout.DEFAULT_METADATA);
  }

  /**
   * The plan for these tensors.
   *
   * @param maxShardBytes the most bytes of data that a shard of several tensors may have
   * @param metadata the metadata of each file
   * @throws TensorFileException if a name is not allowed or occurs twice, or if a tensor does not
   *     fill whole bytes
   */
  public static ShardPlan of(
      List<TensorInfo> tensors, long maxShardBytes, Map<String, String> metadata) {
    if (maxShardBytes < 1)
      throw new IllegalArgumentException(
          "expected shards of at least 1 byte, found a bound of " + maxShardBytes);
    SafetensorsLayout.check(tensors, metadata);
    List<List<TensorInfo>> shards = cut(tensors, maxShardBytes);
    long totalSize = 0;
    for (TensorInfo tensor : tensors) totalSize = Math.addExact(totalSize, tensor.bytes());
    Map<String, SafetensorsLayout> files = LinkedHashMap.newLinkedHashMap(shards.size());
    // Sorted by name, as Hugging Face writes the index.
    Map<String, String> weightMap = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          shards.size() == 1
              ? SafetensorsDirectory.SINGLE_FILE_NAME
              : FileNames.shard("model", i + 1, shards.size(), "safetensors");
      files.put(name, SafetensorsLayout.of(shards.get(i), metadata));
      for (TensorInfo tensor : shards.get(i)) weightMap.put(tensor.name(), name);
    }
    SafetensorsIndex index = shards.size() == 1 ? null : SafetensorsIndex.of(weightMap, totalSize);
    return new ShardPlan(files, index, totalSize);
  }

  /** Tensors in shards, each closed as soon as the next tensor would take it over the bound. */
  public static List<List<TensorInfo>> cut(List<TensorInfo> tensors, long bound) {
    List<List<TensorInfo>> shards = new ArrayList<>();
    List<TensorInfo> current = new ArrayList<>();
    long size = 0;
    for (TensorInfo tensor : tensors) {
      long bytes = tensor.bytes();
      if (bytes > bound) {
        shards.add(List.of(tensor));
        continue;
      }
      // Both terms are within the bound, so the difference does not overflow.
      if (bytes > bound - size) {
        shards.add(current);
        current = new ArrayList<>();
        size = 0;
      }
      current.add(tensor);
      size += bytes;
    }
    if (!current.isEmpty() || shards.isEmpty()) shards.add(current);
    return shards;
  }

  /** The layout of each file by its name, first shard first. */
  public Map<String, SafetensorsLayout> files() {
    return files;
  }

  /** All tensors by name, once the files have been written in {@code directory}. */
  public Map<String, StoredTensor> at(Path directory) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    files.forEach((name, layout) ->
        layout.at(directory.resolve(name)).forEach(tensor -> tensors.put(tensor.name(), tensor)));
    return Collections.unmodifiableMap(tensors);
  }

  /** The index to write beside the files; none where one file holds everything. */
  public Optional<SafetensorsIndex> index() {
    return Optional.ofNullable(index);
  }

  /** The bytes of data of all tensors together. */
  public long totalSize() {
    return totalSize;
  }
}
