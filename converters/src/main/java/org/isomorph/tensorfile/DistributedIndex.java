package org.isomorph.tensorfile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.isomorph.compile.Pickle;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedLayout.Chunk;
import org.isomorph.tensorfile.DistributedLayout.Item;
import org.isomorph.tensorfile.DistributedLayout.Value;
import org.isomorph.tensorfile.DistributedMetadata.Place;

/**
 * Collects where items are, and says it as the pickle of {@code .metadata}.
 *
 * <p>Objects are calls of their classes with the arguments that all versions of torch since 2.1
 * have, where torch itself writes their states: those name classes that moved between versions.
 */
final class DistributedIndex {
  private static final String METADATA = "torch.distributed.checkpoint.metadata";

  /** What torch calls the form of what it writes. */
  private static final String VERSION = "1.0.0";

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Place> values = new LinkedHashMap<>();
  private final Pickle pickle = new Pickle();
  private final Map<String, Integer> remembered = new LinkedHashMap<>();

  private record Tensor(TensorInfo info, Map<Window, Place> chunks) {}

  /** Adds an item, which takes these bytes of a file. */
  void add(Item item, String file, long begin, long end) {
    Names.problem(item.name())
        .ifPresent(problem -> {
          throw refused(item, problem);
        });
    Place place = new Place(file, begin, end);
    boolean first =
        switch (item) {
          case Chunk chunk -> {
            Tensor tensor =
                tensors.computeIfAbsent(
                    item.name(), _ -> new Tensor(chunk.tensor(), new LinkedHashMap<>()));
            if (!tensor.info().equals(chunk.tensor()))
              throw refused(
                  item,
                  "expected chunks of one tensor, found %s and %s"
                      .formatted(tensor.info(), chunk.tensor()));
            yield tensor.chunks().put(chunk.window(), place) == null;
          }
          case Value _ -> values.put(item.name(), place) == null;
        };
    if (!first || (tensors.containsKey(item.name()) && values.containsKey(item.name())))
      throw refused(item, "expected each chunk and each value once, found one twice");
  }

  private static TensorFileException refused(Item item, String problem) {
    return new TensorFileException("tensor " + Names.quoted(item.name()) + ": " + problem);
  }

  /** The bytes of {@code .metadata}. */
  byte[] pickle() {
    for (Tensor tensor : tensors.values())
      WindowCover.problem(tensor.info().shape(), List.copyOf(tensor.chunks().keySet()))
          .ifPresent(problem -> {
            throw new TensorFileException(
                "tensor %s: expected chunks that have each element of shape %s once, but %s"
                    .formatted(Names.quoted(tensor.info().name()), tensor.info().shape(), problem));
          });
    type(METADATA, "Metadata").emptyTuple().newObject().emptyDict().mark();
    pickle.text("state_dict_metadata").emptyDict().mark();
    tensors.values().forEach(this::describe);
    for (String name : values.keySet()) {
      pickle.text(name);
      type(METADATA, "BytesStorageMetadata").emptyTuple().reduce();
    }
    pickle.setItems();
    // How names come of nested dicts: they are not nested.
    pickle.text("planner_data").emptyDict().mark();
    for (String name : tensors.keySet()) path(name);
    for (String name : values.keySet()) path(name);
    pickle.setItems();
    pickle.text("storage_data").emptyDict().mark();
    for (Tensor tensor : tensors.values())
      tensor
          .chunks()
          .forEach((window, place) -> place(tensor.info().name(), Optional.of(window), place));
    values.forEach((name, place) -> place(name, Optional.empty(), place));
    pickle.setItems();
    pickle.text("storage_meta").none().text("version").text(VERSION);
    return pickle.setItems().build().stop();
  }

  private void path(String name) {
    pickle.text(name).mark().text(name).tuple();
  }

  private void describe(Tensor tensor) {
    pickle.text(tensor.info().name());
    type(METADATA, "TensorStorageMetadata").mark();
    properties(tensor.info().dtype());
    size(tensor.info().shape().stream().boxed().toList());
    pickle.emptyList().mark();
    for (Window window : tensor.chunks().keySet()) {
      type(METADATA, "ChunkStorageMetadata").mark();
      size(window.offsets());
      size(window.sizes().stream().boxed().toList());
      pickle.tuple().reduce();
    }
    pickle.append().tuple().reduce();
  }

  /** Everything but the dtype is as the class has it by default. */
  private void properties(DType dtype) {
    String name = TorchTypes.name(dtype).orElseThrow();
    once(
        "properties " + name,
        into -> {
          type(METADATA, "TensorProperties").mark().global("torch", name);
          into.tuple().reduce();
        });
  }

  private void place(String name, Optional<Window> window, Place place) {
    type(METADATA, "MetadataIndex").mark();
    once("name " + name, into -> into.text(name));
    window.ifPresent(chunk -> size(chunk.offsets()));
    pickle.tuple().reduce();
    type("torch.distributed.checkpoint.filesystem", "_StorageInfo").mark();
    once("file " + place.file(), into -> into.text(place.file()));
    pickle.integer(place.begin()).integer(place.end() - place.begin()).tuple().reduce();
  }

  /** Chunks have few sizes, and each offset is said twice. */
  private void size(List<Long> numbers) {
    once(
        "size " + numbers,
        into -> {
          type("torch", "Size").mark();
          into.tuple(numbers.stream().mapToLong(Long::longValue).toArray()).tuple().reduce();
        });
  }

  private Pickle type(String module, String name) {
    return once(module + "." + name, into -> into.global(module, name));
  }

  /** What is needed often is written once, and recalled afterwards. */
  private Pickle once(String key, Consumer<Pickle> write) {
    Integer number = remembered.get(key);
    if (number != null) return pickle.recall(number);
    write.accept(pickle);
    remembered.put(key, remembered.size());
    return pickle.remember(remembered.size() - 1);
  }
}
