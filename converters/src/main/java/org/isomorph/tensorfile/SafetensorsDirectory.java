package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The safetensors of a checkpoint's directory, one file or many, seen as one map of tensors.
 *
 * <p>As Hugging Face's libraries do, it takes {@code model.safetensors} where that exists, else
 * what {@code model.safetensors.index.json} lists, else the only {@code *.safetensors} there is.
 * Shards may be symbolic links. Only headers are read, those of many shards at once; no file stays
 * open.
 */
public final class SafetensorsDirectory {
  /** What the file of a checkpoint of one file is called. */
  public static final String SINGLE_FILE_NAME = "model.safetensors";

  private final Path path;
  private final @Nullable SafetensorsIndex index;
  private final List<SafetensorsHeader> headers;
  private final Map<String, StoredTensor> tensors;
  private final List<StoredTensor> unlisted;

  private SafetensorsDirectory(
      Path path, @Nullable SafetensorsIndex index, List<SafetensorsHeader> headers) {
    this.path = path;
    this.index = index;
    this.headers = List.copyOf(headers);
    Map<String, StoredTensor> listed = new LinkedHashMap<>();
    List<StoredTensor> others = new ArrayList<>();
    for (SafetensorsHeader header : headers) {
      for (StoredTensor tensor : header.tensors().values()) {
        if (index == null || index.weightMap().containsKey(tensor.name()))
          listed.put(tensor.name(), tensor);
        else others.add(tensor);
      }
    }
    this.tensors = Collections.unmodifiableMap(listed);
    this.unlisted = List.copyOf(others);
  }

  /**
   * Opens a checkpoint's directory and reads the headers of its files.
   *
   * @throws TensorFileException if it has no safetensors, if a file is malformed, or if shards and
   *     index contradict each other
   */
  public static SafetensorsDirectory open(Path directory) throws IOException {
    Path single = directory.resolve(SINGLE_FILE_NAME);
    if (Files.exists(single)) return ofSingle(directory, single);
    Path index = directory.resolve(SafetensorsIndex.FILE_NAME);
    if (Files.exists(index)) return ofShards(directory, index);
    return ofSingle(directory, only(directory));
  }

  /** Whether a directory has safetensors under the names by which libraries look for them. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(SINGLE_FILE_NAME))
        || Files.exists(directory.resolve(SafetensorsIndex.FILE_NAME));
  }

  private static SafetensorsDirectory ofSingle(Path directory, Path file) throws IOException {
    return new SafetensorsDirectory(directory, null, List.of(SafetensorsHeader.read(file)));
  }

  private static SafetensorsDirectory ofShards(Path directory, Path indexFile) throws IOException {
    SafetensorsIndex index = SafetensorsIndex.read(indexFile);
    List<SafetensorsHeader> headers =
        Headers.read(
            Shards.files(directory, indexFile, index.shards(), "shards"), SafetensorsHeader::read);
    Map<Path, Set<String>> held = new LinkedHashMap<>();
    for (SafetensorsHeader header : headers) held.put(header.file(), header.tensors().keySet());
    Shards.check(indexFile, index, held);
    return new SafetensorsDirectory(directory, index, headers);
  }

  private static Path only(Path directory) throws IOException {
    if (!Files.isDirectory(directory))
      throw TensorFileException.in(
          directory, "expected the directory of a checkpoint, found " + kind(directory));
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(found::add);
    }
    Collections.sort(found);
    List<Path> files =
        found.stream().filter(file -> file.toString().endsWith(".safetensors")).toList();
    if (files.size() == 1) return files.getFirst();
    throw TensorFileException.in(
        directory,
        "expected %s, %s or exactly one *.safetensors, found %s"
            .formatted(
                SINGLE_FILE_NAME,
                SafetensorsIndex.FILE_NAME,
                found.isEmpty()
                    ? "an empty directory"
                    : Shards.someOf(found.stream().map(file -> "" + file.getFileName()).toList())));
  }

  private static String kind(Path path) {
    if (!Files.exists(path)) return "nothing there";
    return "a file; open a single file with SafetensorsFile";
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** The index, if the checkpoint has one. */
  public Optional<SafetensorsIndex> index() {
    return Optional.ofNullable(index);
  }

  /** The headers of all files, sorted by file name. */
  public List<SafetensorsHeader> headers() {
    return headers;
  }

  /** All tensors by name: file by file, sorted by file name, in the order of their data. */
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /** The tensor of this name, if the checkpoint has it. */
  public Optional<StoredTensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /**
   * The tensor of this name.
   *
   * @throws TensorFileException if there is none; the message suggests the nearest name
   */
  public StoredTensor tensor(String name) {
    return find(name)
        .orElseThrow(() ->
            TensorFileException.in(
                path,
                "no tensor "
                    + Names.quoted(name)
                    + " among "
                    + tensors.size()
                    + Names.suggestion(name, tensors.keySet())));
  }

  /** Tensors that shards hold but the index does not list; they are not in {@link #tensors()}. */
  public List<StoredTensor> unlisted() {
    return unlisted;
  }

  /** The bytes of data of all {@link #tensors()} together. */
  public long totalSize() {
    return tensors.values().stream().mapToLong(StoredTensor::bytes).reduce(0, Math::addExact);
  }

  /** What the index says that {@link #totalSize()} is, right or wrong. */
  public OptionalLong declaredTotalSize() {
    return index == null ? OptionalLong.empty() : index.totalSize();
  }

  @Override
  public String toString() {
    return path + ": " + tensors.size() + " tensors in " + headers.size() + " files";
  }
}
