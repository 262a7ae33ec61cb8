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
import java.util.Set;

/**
 * The torch files of a checkpoint's directory, one or many, seen as one map of tensors.
 *
 * <p>As Hugging Face's libraries do, it takes {@code pytorch_model.bin} where that exists, else
 * what {@code pytorch_model.bin.index.json} lists; else the only file that ends as torch files do
 * and is not known to hold something else. Files may be symbolic links. Only pickles are read.
 */
public final class TorchDirectory {
  /** What the file of a checkpoint of one file is called. */
  public static final String SINGLE_FILE_NAME = "pytorch_model.bin";

  /** What the index of a sharded checkpoint is called. Its form is that of safetensors. */
  public static final String INDEX_FILE_NAME = "pytorch_model.bin.index.json";

  private static final List<String> ENDINGS = List.of(".bin", ".pt", ".pth");

  // What training programs write beside a model.
  private static final List<String> OTHERS =
      List.of("training_args", "optimizer", "scheduler", "scaler", "rng_state");

  private final Path path;
  private final Map<String, TorchTensor> tensors;

  private TorchDirectory(Path path, Map<String, TorchTensor> tensors) {
    this.path = path;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /** Whether a directory has torch files under the names by which libraries look for them. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(SINGLE_FILE_NAME))
        || Files.exists(directory.resolve(INDEX_FILE_NAME));
  }

  /** The only torch file of a directory that can be a model's, if there is one and no other. */
  public static Optional<Path> only(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) if (mayBeModel(file.getFileName().toString())) found.add(file);
    }
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static boolean mayBeModel(String name) {
    return ENDINGS.stream().anyMatch(name::endsWith) && OTHERS.stream().noneMatch(name::startsWith);
  }

  /**
   * Opens a checkpoint's directory and reads the pickles of its files.
   *
   * @throws TensorFileException if it has no torch files, if one is malformed, or if shards and
   *     index contradict each other
   */
  public static TorchDirectory open(Path directory) throws IOException {
    Path single = directory.resolve(SINGLE_FILE_NAME);
    if (Files.exists(single)) return ofSingle(directory, single);
    Path index = directory.resolve(INDEX_FILE_NAME);
    if (Files.exists(index)) return ofShards(directory, index);
    Path only =
        only(directory)
            .orElseThrow(() ->
                TensorFileException.in(
                    directory,
                    "expected %s, %s or exactly one other torch file"
                        .formatted(SINGLE_FILE_NAME, INDEX_FILE_NAME)));
    return ofSingle(directory, only);
  }

  private static TorchDirectory ofSingle(Path directory, Path file) throws IOException {
    return new TorchDirectory(directory, new LinkedHashMap<>(TorchFile.read(file).tensors()));
  }

  private static TorchDirectory ofShards(Path directory, Path indexFile) throws IOException {
    SafetensorsIndex index = SafetensorsIndex.read(indexFile);
    List<TorchFile> files =
        Headers.read(Shards.files(directory, indexFile, index.shards(), "shards"), TorchFile::read);
    Map<Path, Set<String>> held = new LinkedHashMap<>();
    Map<String, TorchTensor> listed = new LinkedHashMap<>();
    for (TorchFile file : files) {
      Map<String, TorchTensor> tensors = file.tensors();
      held.put(file.file(), tensors.keySet());
      tensors.forEach((name, tensor) -> {
        if (index.weightMap().containsKey(name)) listed.put(name, tensor);
      });
    }
    Shards.check(indexFile, index, held);
    return new TorchDirectory(directory, listed);
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** All tensors by name: file by file, sorted by file name, in the order of the pickles. */
  public Map<String, TorchTensor> tensors() {
    return tensors;
  }

  @Override
  public String toString() {
    return path + ": " + tensors.size() + " tensors";
  }
}
