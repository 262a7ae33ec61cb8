package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.sharding.TorchViews;
import org.isomorph.spec.Model;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TorchTensor;
import org.isomorph.tensorfile.Window;

/**
 * The logical tensors of a checkpoint in the format {@code torch_dist}: each is a part of a tensor
 * there, at one place of the axes that count layers and experts.
 *
 * <p>Which ranks wrote what does not matter: chunks say which part of a tensor they are.
 */
final class DistributedTensors {
  private final DistributedFiles files;
  private final Table table;
  private final Naming naming;
  private final long depth;
  private final Map<String, DistributedTensor> found;
  private final Set<String> known = new HashSet<>();

  /** The chunks of a tensor by their place along the axes that are counted. */
  private final Map<Naming.Stack, Map<List<Long>, List<DistributedTensor.Chunk>>> places =
      new HashMap<>();

  DistributedTensors(DistributedFiles files, Model model, Table table) {
    this.files = files;
    this.table = table;
    this.depth = model.last().depth();
    this.found = files.weights().tensors();
    this.naming = new Naming(Form.of(model, Implementation.LOCAL, Experts.SEQUENTIAL));
  }

  /** All of them, and where they are. */
  StoredTensors stored() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> pieces = new ArrayList<>();
    for (Table.Entry entry : table.entries()) {
      Address address = Address.of(entry.name());
      Naming.Stack stack = stack(entry, address);
      DistributedTensor tensor = tensor(stack);
      check(entry, stack, tensor, address);
      tensors.put(entry.name(), new TensorInfo(entry.name(), tensor.info().dtype(), entry.shape()));
      List<Long> place = place(stack, address);
      for (DistributedTensor.Chunk chunk :
          places.computeIfAbsent(stack, this::byPlace).getOrDefault(place, List.of()))
        add(pieces, entry, place, chunk);
    }
    return new StoredTensors(tensors, new Mapping<>(pieces), Map.of(), besides());
  }

  private Naming.Stack stack(Table.Entry entry, Address address) {
    for (boolean stacked : new boolean[] {true, false})
      for (Naming.Stack stack : naming.distributedNames(address, stacked))
        if (found.containsKey(stack.key())) {
          known.add(stack.key());
          return stack;
        }
    throw TensorFileException.in(
        files.directory().weights(),
        naming.distributed(address, true).key(),
        "expected it, or %s, for %s, found neither among %d tensors; the checkpoint is of another model"
            .formatted(naming.distributed(address, false).key(), entry.name(), found.size()));
  }

  private DistributedTensor tensor(Naming.Stack stack) {
    DistributedTensor tensor = found.get(stack.key());
    if (tensor == null) throw new IllegalStateException(stack.key() + " was there");
    return tensor;
  }

  private static List<Long> place(Naming.Stack stack, Address address) {
    List<Long> place = new ArrayList<>();
    if (stack.layers()) place.add(address.layer());
    if (stack.experts()) place.add(address.expert().orElseThrow());
    return place;
  }

  private Map<List<Long>, List<DistributedTensor.Chunk>> byPlace(Naming.Stack stack) {
    int axes = (stack.layers() ? 1 : 0) + (stack.experts() ? 1 : 0);
    Map<List<Long>, List<DistributedTensor.Chunk>> byPlace = new HashMap<>();
    for (DistributedTensor.Chunk chunk : tensor(stack).chunks())
      each(chunk, axes, new ArrayList<>(), byPlace);
    return byPlace;
  }

  private static void each(
      DistributedTensor.Chunk chunk,
      int axes,
      List<Long> place,
      Map<List<Long>, List<DistributedTensor.Chunk>> byPlace) {
    if (place.size() == axes) {
      byPlace.computeIfAbsent(List.copyOf(place), _ -> new ArrayList<>()).add(chunk);
      return;
    }
    int axis = place.size();
    for (long i = chunk.window().begin(axis); i < chunk.window().end(axis); i++) {
      place.add(i);
      each(chunk, axes, place, byPlace);
      place.removeLast();
    }
  }

  /** A vocabulary may be longer by its padding; all else is as long as it should be. */
  private void check(
      Table.Entry entry, Naming.Stack stack, DistributedTensor tensor, Address address) {
    int axes = place(stack, address).size();
    Shape whole = tensor.info().shape();
    boolean vocabulary = Shards.isVocabulary(address);
    boolean fits = whole.rank() == axes + entry.shape().rank();
    for (int axis = 0; fits && axis < entry.shape().rank(); axis++) {
      long expected = entry.shape().dim(axis), there = whole.dim(axes + axis);
      boolean mayBeLonger = vocabulary && axis == 0;
      fits = mayBeLonger ? there >= expected : there == expected;
    }
    List<Long> place = place(stack, address);
    for (int axis = 0; fits && axis < axes; axis++) fits = place.get(axis) < whole.dim(axis);
    if (stack.layers()) fits &= whole.dim(0) == depth;
    if (!fits)
      throw TensorFileException.in(
          files.directory().weights(),
          stack.key(),
          "expected %s of %s%s, found %s in all; the configuration is another model's"
              .formatted(
                  entry.shape(),
                  entry.name(),
                  axes == 0 ? "" : " at " + place + " of its first axes",
                  whole));
  }

  /** The part of a chunk at one place, as a part of a logical tensor. */
  private static void add(
      List<Piece<TensorSource, String>> pieces,
      Table.Entry entry,
      List<Long> place,
      DistributedTensor.Chunk chunk) {
    TorchTensor view = chunk.tensor();
    Window window = chunk.window();
    int axes = place.size(), rank = entry.shape().rank();
    long offset = view.offset();
    for (int axis = 0; axis < axes; axis++)
      offset += (place.get(axis) - window.begin(axis)) * view.strides().get(axis);
    long[] sizes = new long[rank], offsets = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      offsets[axis] = window.begin(axes + axis);
      sizes[axis] = Math.min(window.end(axes + axis), entry.shape().dim(axis)) - offsets[axis];
      if (sizes[axis] <= 0) return; // nothing but padding
    }
    TorchTensor part =
        new TorchTensor(
            new TensorInfo(entry.name(), view.info().dtype(), Shape.of(sizes)),
            view.storage(),
            offset,
            view.strides().subList(axes, axes + rank));
    pieces.add(
        new Piece<>(part.storage(), entry.name(), TorchViews.box(part, entry.shape(), offsets)));
  }

  private Map<String, String> besides() {
    Map<String, String> besides = new LinkedHashMap<>();
    for (String key : found.keySet())
      if (!known.contains(key))
        besides.put(
            key,
            key.startsWith("optimizer.") || key.startsWith("chained_")
                ? "the state of an optimizer"
                : "in no row of the megatron table");
    for (String item : files.weights().bytesItems())
      if (!item.contains("_extra_state") && !item.equals(DistributedFiles.COMMON_ITEM))
        besides.put(item, "no tensor: the state of a training program");
    return besides;
  }
}
