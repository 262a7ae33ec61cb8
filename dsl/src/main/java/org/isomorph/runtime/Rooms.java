package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.isomorph.compile.Precision;
import org.isomorph.compile.TorchArchive;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Type;
import org.isomorph.tensor.DType;

/**
 * What a stage remembers: a tensor for each value, with room for more tokens than there are, so
 * that one more is written in place.
 */
final class Rooms implements AutoCloseable {
  private static final String METHODS =
      """
        def make(self: __torch__.M, dims: List[int], ranks: List[int], dtypes: List[int], device: str) -> List[Tensor]:
          rooms = annotate(List[Tensor], [])
          at = 0
          for i in range(torch.len(ranks)):
            end = at + ranks[i]
            _ = torch.append(rooms, torch.zeros(dims[at:end], dtype=dtypes[i], layout=0, device=torch.device(device), pin_memory=False))
            at = end
          return rooms
        def copy(self: __torch__.M, old: List[Tensor], new: List[Tensor], axes: List[int]) -> None:
          for i in range(torch.len(axes)):
            room = new[i]
            if axes[i] >= 0:
              room = torch.slice(room, axes[i], 0, torch.size(old[i], axes[i]))
            _ = torch.copy_(room, old[i])
          return None
      """;

  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private final List<Type> types = new ArrayList<>();
  private final Device device;
  private final Precision precision;
  private final long batch;
  private NativeValue tensors;

  Rooms(Stage stage, DType dtype, long batch, long capacity) {
    for (String name : stage.memory())
      types.add(Objects.requireNonNull(stage.graph().memory().get(name)));
    this.device = stage.device();
    this.precision = Precision.of(dtype);
    this.batch = batch;
    this.tensors = made(capacity);
  }

  NativeValue tensors() {
    return tensors;
  }

  /** Makes room for so many tokens; what is remembered stays. */
  void grow(long capacity) {
    NativeValue larger = made(capacity);
    long[] axes = types.stream().mapToLong(type -> type.dims().indexOf(Dim.KEYS)).toArray();
    try (NativeValue growing = NativeValue.ofLongs(axes)) {
      Loaded.PROGRAM.call("copy", tensors, larger, growing).close();
    }
    tensors.close();
    tensors = larger;
  }

  private NativeValue made(long capacity) {
    List<Long> dims = new ArrayList<>(), ranks = new ArrayList<>(), dtypes = new ArrayList<>();
    for (Type type : types) {
      ranks.add((long) type.rank());
      dtypes.add((long) ScalarTypes.of(precision.dtype(type.kind())));
      for (Dim dim : type.dims())
        dims.add(dim.isFixed() ? dim.fixed() : dim.equals(Dim.KEYS) ? capacity : batch);
    }
    try (NativeValue d = NativeValue.ofLongs(dims);
        NativeValue r = NativeValue.ofLongs(ranks);
        NativeValue t = NativeValue.ofLongs(dtypes);
        NativeValue where = NativeValue.of(device.toString())) {
      return Loaded.PROGRAM.call("make", d, r, t, where);
    }
  }

  @Override
  public void close() {
    tensors.close();
  }
}
