package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Global;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;

/**
 * What the file {@code .metadata} of a distributed checkpoint says, checked for itself: which
 * tensors there are, of which chunks, and which bytes of which files hold them.
 *
 * <p>It is the pickle of an object of {@code torch.distributed.checkpoint.metadata}. Of that, only
 * {@code state_dict_metadata} and {@code storage_data} are looked at.
 */
final class DistributedMetadata {
  private final Path file;
  private final Map<String, Described> tensors = new LinkedHashMap<>();
  private final Map<String, Place> bytes = new LinkedHashMap<>();

  /** A tensor, and where its chunks are. */
  record Described(TensorInfo info, Map<Window, Place> chunks) {}

  /** The bytes of a file that are one item: a file of torch.save in itself, as a rule. */
  record Place(String file, long begin, long end) {}

  /** What an item is found by: the name, and for chunks of tensors where they begin. */
  private record Index(String name, Optional<List<Long>> offsets) {}

  private DistributedMetadata(Path file) {
    this.file = file;
  }

  /**
   * Reads the file.
   *
   * @throws TensorFileException if it is malformed, or contradicts itself
   */
  static DistributedMetadata read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      PickleValue value = TorchPickles.in(FileRegion.whole(file, channel)).next();
      DistributedMetadata metadata = new DistributedMetadata(file);
      metadata.parse(value);
      return metadata;
    }
  }

  /** The tensors by name, in the order of the file. */
  Map<String, Described> tensors() {
    return tensors;
  }

  /** All other items by name, in the order of the file. */
  Map<String, Place> bytes() {
    return bytes;
  }

  /** The names of the files that hold items, sorted. */
  SequencedSet<String> files() {
    TreeSet<String> files = new TreeSet<>();
    for (Described tensor : tensors.values())
      for (Place place : tensor.chunks().values()) files.add(place.file());
    for (Place place : bytes.values()) files.add(place.file());
    return files;
  }

  private void parse(PickleValue value) {
    Instance metadata =
        instance(value, "Metadata")
            .orElseThrow(() ->
                refused("expected an object of Metadata of torch.distributed, found " + value));
    Map<Index, Place> places = places(dict(metadata, "storage_data", 2));
    Dict described = dict(metadata, "state_dict_metadata", 0);
    requireTexts(described);
    described.byText().forEach((name, each) -> add(name, each, places));
    for (Index left : places.keySet())
      throw refused(
          left.name(),
          "%s is stored, and the tensor has no such chunk: the file is damaged: fetch it again"
              .formatted(left.offsets().map(List::toString).orElse("a value")));
  }

  private void requireTexts(Dict described) {
    if (!described.others().isEmpty())
      throw refused("expected names for items, found " + described.others().getFirst().getKey());
  }

  private Dict dict(Instance metadata, String name, int position) {
    PickleValue value = field(metadata, name, position).orElse(PickleValue.None.NONE);
    if (value instanceof Dict dict) return dict;
    throw refused(
        "expected %s to be a dict, found %s; was it written by torch.distributed.checkpoint to a file system?"
            .formatted(name, value));
  }

  // ---- items

  private void add(String name, PickleValue value, Map<Index, Place> places) {
    Names.problem(name)
        .ifPresent(problem -> {
          throw refused(name, problem);
        });
    if (instance(value, "BytesStorageMetadata").isPresent()) {
      bytes.put(name, take(places, new Index(name, Optional.empty()), "its value"));
      return;
    }
    Instance described =
        instance(value, "TensorStorageMetadata")
            .orElseThrow(() ->
                refused(name, "expected a tensor's or a value's description, found " + value));
    Shape shape = shape(name, "size", sizes(name, described, "size", 1));
    TensorInfo info = new TensorInfo(name, dtype(name, described), shape);
    Map<Window, Place> chunks = new LinkedHashMap<>();
    for (PickleValue each : chunks(name, described)) {
      Window window = window(info, each);
      Place place =
          take(places, new Index(name, Optional.of(window.offsets())), "its chunk " + window);
      chunks.put(window, place);
    }
    WindowCover.problem(shape, List.copyOf(chunks.keySet()))
        .ifPresent(problem -> {
          throw refused(
              name,
              "expected chunks that have each element of shape %s once, but %s; the file is damaged, or of a checkpoint that was not finished: save it again"
                  .formatted(shape, problem));
        });
    tensors.put(name, new Described(info, chunks));
  }

  private List<PickleValue> chunks(String name, Instance described) {
    return field(described, "chunks", 2)
        .flatMap(PickleValue::sequence)
        .orElseThrow(() -> refused(name, "expected a list of chunks, found none"));
  }

  private Window window(TensorInfo info, PickleValue value) {
    Instance chunk =
        instance(value, "ChunkStorageMetadata")
            .orElseThrow(() -> refused(info.name(), "expected a chunk, found " + value));
    List<Long> offsets = sizes(info.name(), chunk, "offsets", 0);
    List<Long> extents = sizes(info.name(), chunk, "sizes", 1);
    try {
      Window window = new Window(offsets, shape(info.name(), "chunk", extents));
      if (window.within(info.shape())) return window;
    } catch (IllegalArgumentException unfit) {
      // Said below.
    }
    throw refused(
        info.name(),
        "expected a chunk within shape %s, found sizes %s at %s"
            .formatted(info.shape(), extents, offsets));
  }

  private Shape shape(String name, String what, List<Long> extents) {
    try {
      Shape shape = Shape.of(extents);
      // No element of it may be farther from the first than a long of bytes can say.
      Math.multiplyExact(shape.elements(), (long) Double.BYTES);
      return shape;
    } catch (ArithmeticException | IllegalArgumentException overflow) {
      throw refused(name, "%s %s: more elements than can be counted".formatted(what, extents));
    }
  }

  private Place take(Map<Index, Place> places, Index index, String what) {
    Place place = places.remove(index);
    if (place == null)
      throw refused(
          index.name(),
          "storage_data does not say where %s is, or the chunk is listed twice: the file is damaged: fetch it again"
              .formatted(what));
    return place;
  }

  private DType dtype(String name, Instance described) {
    PickleValue properties = field(described, "properties", 0).orElse(PickleValue.None.NONE);
    PickleValue dtype =
        properties instanceof Instance made
            ? made.state()
                .flatMap(PickleValue::sequence)
                .filter(state -> !state.isEmpty())
                .map(List::getFirst)
                .or(() -> field(made, "dtype", 0))
                .orElse(PickleValue.None.NONE)
            : properties;
    return Optional.of(dtype)
        .filter(Global.class::isInstance)
        .map(Global.class::cast)
        .filter(type -> type.module().equals("torch"))
        .flatMap(type -> TorchTypes.named(type.name()))
        .orElseThrow(() ->
            refused(
                name,
                "its dtype is %s, which is not read; convert it with torch and save it again"
                    .formatted(dtype)));
  }

  // ---- places

  private Map<Index, Place> places(Dict stored) {
    Map<Index, Place> places = new HashMap<>();
    requireNoTexts(stored);
    for (Map.Entry<PickleValue, PickleValue> entry : stored.others()) {
      Index index = index(entry.getKey());
      if (places.put(index, place(index.name(), entry.getValue())) != null)
        throw refused(
            index.name(),
            "%s is stored twice: expected each chunk once; save the checkpoint again"
                .formatted(index.offsets().map(at -> "the chunk at " + at).orElse("its value")));
    }
    return places;
  }

  private void requireNoTexts(Dict stored) {
    for (String name : stored.byText().keySet())
      throw refused(name, "expected storage_data by MetadataIndex, found it by a text");
  }

  private Index index(PickleValue value) {
    Instance index =
        instance(value, "MetadataIndex")
            .orElseThrow(() -> refused("expected a MetadataIndex, found " + value));
    String name =
        field(index, "fqn", 0)
            .flatMap(PickleValue::text)
            .orElseThrow(() -> refused("expected a MetadataIndex with a name, found none"));
    Optional<PickleValue> offset =
        field(index, "offset", 1).filter(found -> !(found instanceof PickleValue.None));
    return new Index(
        name,
        offset.map(found -> TorchSizes.of(found, "offset", problem -> refused(name, problem))));
  }

  private Place place(String name, PickleValue value) {
    Instance stored =
        instance(value, "_StorageInfo")
            .orElseThrow(() ->
                refused(
                    name,
                    "expected its place in a file, found %s; was it written by torch.distributed.checkpoint to a file system?"
                        .formatted(value)));
    String path =
        field(stored, "relative_path", 0)
            .flatMap(PickleValue::text)
            .orElseThrow(() -> refused(name, "expected a file's name, found none"));
    FileNames.problem(path)
        .ifPresent(problem -> {
          throw refused(name, problem);
        });
    List<PickleValue> transforms =
        field(stored, "transform_descriptors", 3).flatMap(PickleValue::sequence).orElse(List.of());
    if (!transforms.isEmpty())
      throw refused(
          name,
          "its bytes went through %s, and such are not read; save the checkpoint without extensions"
              .formatted(
                  transforms.stream()
                      .map(each -> each.text().map(Names::quoted).orElseGet(each::toString))
                      .toList()));
    long offset = integer(stored, "offset", 1);
    long length = integer(stored, "length", 2);
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length)
      throw refused(
          name,
          "expected a range of bytes of %s, found %d bytes from %d on"
              .formatted(Names.quoted(path), length, offset));
    return new Place(path, offset, offset + length);
  }

  private static long integer(Instance object, String name, int position) {
    return field(object, name, position).map(value -> value.integer().orElse(-1)).orElse(-1L);
  }

  // ---- objects

  /** The object of a class of torch.distributed that a value is. */
  private static Optional<Instance> instance(PickleValue value, String type) {
    return value instanceof Instance made
            && made.callable() instanceof Global global
            && global.module().startsWith("torch.distributed.")
            && global.name().equals(type)
        ? Optional.of(made)
        : Optional.empty();
  }

  /** A field of a data class: of its state, or an argument of its constructor. */
  private static Optional<PickleValue> field(Instance object, String name, int position) {
    return object
        .attribute(name)
        .or(() -> object.keywords().flatMap(keywords -> keywords.get(name)))
        .or(() ->
            object.arguments().size() > position
                ? Optional.of(object.arguments().get(position))
                : Optional.empty());
  }

  private List<Long> sizes(String name, Instance object, String field, int position) {
    PickleValue value = field(object, field, position).orElse(PickleValue.None.NONE);
    return TorchSizes.of(value, field, problem -> refused(name, problem));
  }

  private TensorFileException refused(String problem) {
    return TensorFileException.in(file, problem);
  }

  private TensorFileException refused(String name, String problem) {
    return TensorFileException.in(file, name, problem);
  }
}
