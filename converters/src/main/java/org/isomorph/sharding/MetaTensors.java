package org.isomorph.sharding;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchTensor;

/**
 * Meta's files of LLaMA: {@code consolidated.00.pth}, {@code consolidated.01.pth} and so on, one
 * for each of the devices that the model was trained to run on at a time.
 *
 * <p>Each has every tensor, some of them cut along an axis:
 *
 * <table>
 * <caption>What each of n files has of a tensor</caption>
 * <tr><td>{@code wq}, {@code wk}, {@code wv}, {@code w1}, {@code w3}, {@code output}</td><td>an n-th
 * of the rows</td></tr>
 * <tr><td>{@code wo}, {@code w2}</td><td>an n-th of the columns</td></tr>
 * <tr><td>{@code tok_embeddings}</td><td>an n-th of the columns (LLaMA 1 and 2) or of the rows (since
 * LLaMA 3); the shapes tell</td></tr>
 * <tr><td>norms and buffers</td><td>all of it: replicas, which must be equal</td></tr>
 * </table>
 */
final class MetaTensors {
  private static final Pattern FILES = Pattern.compile("consolidated\\.(\\d{2})\\.pth");
  private static final Pattern ROWS =
      Pattern.compile(
          "output\\.weight|layers\\.\\d+\\.(attention\\.w[qkv]|feed_forward\\.w[13])\\.weight");
  private static final Pattern COLUMNS =
      Pattern.compile("layers\\.\\d+\\.(attention\\.wo|feed_forward\\.w2)\\.weight");
  private static final String TOKENS = "tok_embeddings.weight";
  private static final String NORM = "norm.weight";
  private static final int NONE = -1;

  private final List<Path> files;
  private final List<Map<String, TorchTensor>> shards;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final List<Piece<TensorSource, String>> pieces = new ArrayList<>();
  private final Map<String, Mapping<TensorSource, TensorSource>> replicas = new LinkedHashMap<>();

  private MetaTensors(List<Path> files, List<Map<String, TorchTensor>> shards) {
    this.files = files;
    this.shards = shards;
  }

  /** Whether a directory has such files. */
  static boolean isIn(Path directory) {
    return Files.exists(directory.resolve("consolidated.00.pth"));
  }

  /**
   * The tensors of a directory of such files.
   *
   * @throws TensorFileException if a file is missing, or shards do not fit together
   */
  static StoredTensors open(Path directory) throws IOException {
    List<Path> files = files(directory);
    List<Map<String, TorchTensor>> shards = new ArrayList<>();
    for (Path file : files) shards.add(TorchFile.read(file).tensors());
    MetaTensors all = new MetaTensors(files, shards);
    for (String name : all.names()) all.join(name);
    return new StoredTensors(all.tensors, new Mapping<>(all.pieces), all.replicas);
  }

  private static List<Path> files(Path directory) throws IOException {
    Map<Integer, Path> byNumber = new TreeMap<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      for (Path file : found) {
        Matcher name = FILES.matcher(file.getFileName().toString());
        if (name.matches()) byNumber.put(Integer.valueOf(name.group(1)), file);
      }
    }
    List<Path> files = List.copyOf(byNumber.values());
    for (int i = 0; i < files.size(); i++)
      if (!byNumber.containsKey(i))
        throw TensorFileException.in(
            directory,
            "consolidated.%02d.pth is missing, and later ones are there; fetch it".formatted(i));
    return files;
  }

  private Iterable<String> names() {
    Map<String, TorchTensor> first = shards.getFirst();
    for (int i = 1; i < shards.size(); i++) {
      List<String> apart = new ArrayList<>(first.keySet());
      apart.removeAll(shards.get(i).keySet());
      List<String> more = new ArrayList<>(shards.get(i).keySet());
      more.removeAll(first.keySet());
      apart.addAll(more);
      if (!apart.isEmpty())
        throw TensorFileException.in(
            files.get(i),
            "expected the tensors of %s, but %s is in only one of the two"
                .formatted(files.getFirst().getFileName(), apart.getFirst()));
    }
    return first.keySet();
  }

  private void join(String name) {
    List<TorchTensor> parts = new ArrayList<>();
    for (Map<String, TorchTensor> shard : shards)
      parts.add(Optional.ofNullable(shard.get(name)).orElseThrow());
    TorchTensor first = parts.getFirst();
    for (int i = 1; i < parts.size(); i++)
      if (!parts.get(i).info().equals(first.info()))
        throw TensorFileException.in(
            files.get(i),
            name,
            "expected %s, as in %s, found %s"
                .formatted(first.info(), files.getFirst().getFileName(), parts.get(i).info()));
    int axis = parts.size() == 1 ? NONE : axis(name, first.shape());
    Shape whole =
        axis == NONE
            ? first.shape()
            : first.shape().with(axis, Math.multiplyExact(first.shape().dim(axis), parts.size()));
    tensors.put(name, new TensorInfo(name, first.info().dtype(), whole));
    if (whole.elements() == 0) return;
    if (axis == NONE) replicate(name, parts);
    else
      for (int i = 0; i < parts.size(); i++) {
        long[] offsets = new long[whole.rank()];
        offsets[axis] = i * first.shape().dim(axis);
        pieces.add(piece(name, parts.get(i), whole, offsets));
      }
  }

  /** Along which axis a tensor is cut. */
  private int axis(String name, Shape part) {
    if (part.rank() != 2) return NONE;
    if (ROWS.matcher(name).matches()) return 0;
    if (COLUMNS.matcher(name).matches()) return 1;
    if (!name.equals(TOKENS)) return NONE;
    TorchTensor norm = shards.getFirst().get(NORM);
    long width = norm == null || norm.shape().rank() != 1 ? 0 : norm.shape().dim(0);
    if (part.dim(1) == width) return 0;
    if (part.dim(1) * shards.size() == width) return 1;
    throw TensorFileException.in(
        files.getFirst(),
        name,
        "expected [vocabulary / %d, %d] or [vocabulary, %d / %d], as %s is %d wide, found %s"
            .formatted(shards.size(), width, width, shards.size(), NORM, width, part));
  }

  private void replicate(String name, List<TorchTensor> parts) {
    Shape shape = parts.getFirst().shape();
    Piece<TensorSource, String> first =
        piece(name, parts.getFirst(), shape, new long[shape.rank()]);
    pieces.add(first);
    List<Mapping<TensorSource, TensorSource>> others = new ArrayList<>();
    for (TorchTensor part : parts.subList(1, parts.size()))
      others.add(
          new Mapping<>(List.of(first))
              .then(
                  new Mapping<>(List.of(piece(name, part, shape, new long[shape.rank()])))
                      .inverse()));
    if (!others.isEmpty()) replicas.put(name, Mapping.union(others));
  }

  private static Piece<TensorSource, String> piece(
      String name, TorchTensor part, Shape whole, long[] offsets) {
    return new Piece<>(part.storage(), name, TorchViews.box(part, whole, offsets));
  }
}
