package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.megatron.Address.Place;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedLayout;
import org.isomorph.tensorfile.DistributedLayout.Chunk;
import org.isomorph.tensorfile.DistributedLayout.Item;
import org.isomorph.tensorfile.DistributedLayout.Value;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.TorchLayout;
import org.isomorph.tensorfile.TorchValue;
import org.isomorph.tensorfile.Window;

/**
 * Lays out the format {@code torch_dist}: each rank writes its parts of tensors that layers and
 * experts share, the first of several that have the same part.
 */
final class DistributedWriter {
  private static final String METADATA_TEXT =
      """
      {"sharded_backend": "torch_dist", "sharded_backend_version": 1, "common_backend": "torch", "common_backend_version": 1}\
      """;

  /** Items of a process are a list of one. */
  private static final TorchValue NOTHING = new TorchValue.Items(List.of(TorchValue.None.NONE));

  private final MegatronFiles.Draft draft;
  private final Naming naming;
  private final boolean stacked;
  private final Map<Rank, List<Item>> items = new LinkedHashMap<>();

  /** Which logical tensor a chunk is a part of, and which part. */
  private final Map<Chunk, Part> parts = new HashMap<>();

  private final Set<String> states = new HashSet<>();

  private record Part(TensorInfo tensor, Window window) {}

  DistributedWriter(MegatronFiles.Draft draft) {
    this.draft = draft;
    this.naming = new Naming(draft.form());
    this.stacked = isStacked(draft);
  }

  /** Layers are stacked where each has the same tensors; a list of mixtures says they have not. */
  private static boolean isStacked(MegatronFiles.Draft draft) {
    long depth = draft.layout().pipeline().depth();
    boolean first = draft.form().isMixture().test(0);
    for (long layer = 1; layer < depth; layer++)
      if (draft.form().isMixture().test(layer) != first) return false;
    return true;
  }

  WrittenTensors files() {
    for (Rank rank : draft.layout().ranks()) items.put(rank, new ArrayList<>());
    Set<Chunk> written = new HashSet<>();
    for (TensorInfo tensor : draft.tensors())
      for (Shard shard : draft.shards().of(tensor)) add(tensor, shard, written);
    DistributedLayout layout = DistributedLayout.of(byFile());
    List<WrittenTensors.File> files = new ArrayList<>();
    List<Piece<String, WrittenTensors.Entry>> pieces = new ArrayList<>();
    for (DistributedLayout.File file : layout.files()) {
      List<WrittenTensors.Entry> entries = new ArrayList<>();
      for (DistributedLayout.Placed placed : file.chunks()) {
        WrittenTensors.Entry entry =
            new WrittenTensors.Entry(
                draft.path(file.name()), placed.chunk().info(), placed.offset());
        entries.add(entry);
        piece(placed.chunk(), entry, pieces);
      }
      files.add(
          new WrittenTensors.File(
              draft.path(file.name()), file.size(), file.fixed(), file.seals(), entries));
    }
    files.add(common());
    files.add(plain(DistributedDirectory.METADATA_FILE_NAME, List.of(layout.metadata())));
    return new WrittenTensors(
        files, draft.texts(Map.of("metadata.json", METADATA_TEXT)), new Mapping<>(pieces));
  }

  /** What each file has; a rank with nothing of its own writes none. */
  private Map<String, List<Item>> byFile() {
    Map<String, List<Item>> files = new LinkedHashMap<>();
    int number = 0;
    for (List<Item> own : items.values()) {
      if (!own.isEmpty()) files.put("__" + number + "_0.distcp", own);
      number++;
    }
    return files;
  }

  private void add(Rank rank, Item item) {
    items.computeIfAbsent(rank, _ -> new ArrayList<>()).add(item);
  }

  private void add(TensorInfo tensor, Shard shard, Set<Chunk> written) {
    // A tied head is the table, and here the table is in one place.
    if (shard.isCopiedHead()) return;
    Naming.Stack stack = naming.distributed(shard.address(), stacked);
    List<Long> place = new ArrayList<>(), counts = new ArrayList<>();
    if (stack.layers()) {
      place.add(shard.address().layer());
      counts.add((long) draft.layout().pipeline().depth());
    }
    if (stack.experts()) {
      place.add(shard.address().expert().orElseThrow());
      counts.add(draft.form().experts());
    }
    Shape padded =
        Shards.isVocabulary(shard.address())
            ? tensor.shape().with(0, draft.padded())
            : tensor.shape();
    TensorInfo whole = new TensorInfo(stack.key(), tensor.dtype(), behind(counts, padded));
    for (Window window : draft.shards().windows(tensor, shard)) {
      List<Long> offsets = new ArrayList<>(place);
      offsets.addAll(window.offsets());
      Shape sizes = behind(Collections.nCopies(place.size(), 1L), window.sizes());
      Chunk chunk = new Chunk(whole, new Window(offsets, sizes));
      if (!written.add(chunk)) continue;
      add(shard.rank(), chunk);
      parts.put(chunk, new Part(tensor, window));
    }
    if (shard.address().place() != Place.OUTSIDE)
      Naming.state(stack.key())
          .map(name ->
              new Value(name + "/shard_" + numbers(place, 0) + "_" + numbers(counts, 1), NOTHING))
          .filter(value -> states.add(value.name()))
          .ifPresent(value -> add(shard.rank(), value));
  }

  private static String numbers(List<Long> along, long ofOne) {
    return (along.isEmpty() ? List.of(ofOne) : along)
        .stream().map(String::valueOf).collect(Collectors.joining("."));
  }

  private static Shape behind(List<Long> first, Shape rest) {
    List<Long> dims = new ArrayList<>(first);
    rest.stream().forEach(dims::add);
    return Shape.of(dims);
  }

  /** What a chunk has of a logical tensor; nothing if it is all padding. */
  private void piece(
      Chunk chunk, WrittenTensors.Entry entry, List<Piece<String, WrittenTensors.Entry>> pieces) {
    Part part = parts.get(chunk);
    if (part == null) throw new IllegalStateException(chunk + " is no part of a tensor");
    Shape shape = part.tensor().shape(), sizes = part.window().sizes();
    Shape region = sizes;
    long from = 0;
    long[] strides = shape.strides();
    for (int axis = 0; axis < shape.rank(); axis++) {
      long begin = part.window().begin(axis);
      long extent = Math.min(part.window().end(axis), shape.dim(axis)) - begin;
      if (extent <= 0) return;
      region = region.with(axis, extent);
      from += begin * strides[axis];
    }
    pieces.add(
        new Piece<>(
            part.tensor().name(), entry, Box.over(region, from, strides, 0, sizes.strides())));
  }

  private WrittenTensors.File common() {
    Map<String, TorchValue> common = draft.common();
    Map<String, TorchValue> content = new LinkedHashMap<>();
    content.put("singleton_local_shards", new TorchValue.Bool(false));
    content.put("chained_optim_avoid_prefix", new TorchValue.Bool(true));
    common.put("content_metadata", new TorchValue.Dict(content));
    TorchLayout layout = TorchLayout.of("common", new TorchValue.Dict(common));
    return plain(DistributedFiles.COMMON, layout.fixed());
  }

  /** A file of which every byte is known. */
  private WrittenTensors.File plain(String name, List<FixedBytes> fixed) {
    FixedBytes last = fixed.getLast();
    return new WrittenTensors.File(
        draft.path(name), last.offset() + last.content().byteSize(), fixed, List.of(), List.of());
  }
}
