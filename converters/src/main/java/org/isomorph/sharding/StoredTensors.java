package org.isomorph.sharding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TorchDirectory;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchTensor;

/**
 * The logical tensors of a checkpoint, and which elements of which files they are.
 *
 * @param tensors by name, in a stable order
 * @param storage from the elements in files to the logical tensors' elements
 * @param replicas the tensors that files hold several times, by name: from the elements that are
 *     read to others, which must be equal
 * @param besides what the files hold that is no tensor of the model, such as an optimizer's state:
 *     by name, with the reason why it stays behind
 */
public record StoredTensors(
    Map<String, TensorInfo> tensors,
    Mapping<TensorSource, String> storage,
    Map<String, Mapping<TensorSource, TensorSource>> replicas,
    Map<String, String> besides) {
  public StoredTensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    replicas = Collections.unmodifiableMap(new LinkedHashMap<>(replicas));
    besides = Collections.unmodifiableMap(new LinkedHashMap<>(besides));
  }

  /** Tensors beside which files hold nothing else. */
  public StoredTensors(
      Map<String, TensorInfo> tensors,
      Mapping<TensorSource, String> storage,
      Map<String, Mapping<TensorSource, TensorSource>> replicas) {
    this(tensors, storage, replicas, Map.of());
  }

  /** Tensors that files hold once. */
  public StoredTensors(Map<String, TensorInfo> tensors, Mapping<TensorSource, String> storage) {
    this(tensors, storage, Map.of());
  }

  /** Each tensor as a source of its own, by name, in the same order. */
  public Map<String, LogicalTensor> logical() {
    Map<String, List<Piece<TensorSource, String>>> pieces = storage.byTarget();
    Map<String, LogicalTensor> logical = new LinkedHashMap<>();
    tensors.forEach((name, info) ->
        logical.put(name, new LogicalTensor(info, pieces.getOrDefault(name, List.of()))));
    return logical;
  }

  /**
   * These tensors, some of them presented by other sources and some left out.
   *
   * @param sources what presents a tensor, by its name: its dtype and shape are what they say
   * @param without names that are left out
   */
  public StoredTensors presenting(Map<String, TensorSource> sources, Set<String> without) {
    Map<String, List<Piece<TensorSource, String>>> pieces = storage.byTarget();
    Map<String, TensorInfo> presented = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> all = new ArrayList<>();
    tensors.forEach((name, info) -> {
      if (without.contains(name)) return;
      TensorSource source = sources.get(name);
      presented.put(
          name, source == null ? info : new TensorInfo(name, source.dtype(), source.shape()));
      long elements = info.shape().elements();
      if (source == null) all.addAll(pieces.getOrDefault(name, List.of()));
      else if (elements > 0) all.add(new Piece<>(source, name, Box.run(0, 0, elements)));
    });
    return new StoredTensors(presented, new Mapping<>(all), replicas, besides);
  }

  /**
   * The tensors of a checkpoint's directory, in whatever format it has: safetensors where there are
   * any, else the torch files that Hugging Face's libraries write, else Meta's.
   *
   * @throws org.isomorph.tensorfile.TensorFileException if there are none, or they are malformed
   */
  public static StoredTensors open(Path directory) throws IOException {
    if (SafetensorsDirectory.isIn(directory)) return of(SafetensorsDirectory.open(directory));
    if (TorchDirectory.isIn(directory)) return of(TorchDirectory.open(directory));
    if (MetaTensors.isIn(directory)) return MetaTensors.open(directory);
    // Neither under its usual name: a single file of weights will do.
    boolean safetensors = has(directory, ".safetensors");
    return !safetensors && TorchDirectory.only(directory).isPresent()
        ? of(TorchDirectory.open(directory))
        : of(SafetensorsDirectory.open(directory));
  }

  private static boolean has(Path directory, String ending) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().endsWith(ending));
    }
  }

  /**
   * Torch files, one or in shards: each logical tensor is a box over its storage.
   *
   * @throws org.isomorph.tensorfile.TensorFileException if a tensor's elements overlap
   */
  public static StoredTensors of(TorchDirectory directory) {
    return ofViews(directory.tensors());
  }

  /** The model's tensors in one torch file, likewise. */
  public static StoredTensors of(TorchFile file) {
    return ofViews(file.tensors());
  }

  private static StoredTensors ofViews(Map<String, TorchTensor> views) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> pieces = new ArrayList<>();
    views.forEach((name, view) -> {
      tensors.put(name, new TensorInfo(name, view.info().dtype(), view.shape()));
      if (view.shape().elements() > 0)
        pieces.add(new Piece<>(view.storage(), name, TorchViews.box(view)));
    });
    return new StoredTensors(tensors, new Mapping<>(pieces));
  }

  /** Safetensors, in one file or in shards: each logical tensor is one tensor of one file. */
  public static StoredTensors of(SafetensorsDirectory directory) {
    return of(directory.tensors());
  }

  /** Each logical tensor is one tensor of one file. */
  public static StoredTensors of(Map<String, StoredTensor> whole) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> pieces = new ArrayList<>();
    whole.forEach((name, stored) -> {
      tensors.put(name, stored.info());
      if (stored.shape().elements() > 0)
        pieces.add(new Piece<>(stored, name, Box.run(0, 0, stored.shape().elements())));
    });
    return new StoredTensors(tensors, new Mapping<>(pieces));
  }
}
