package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.compile.TorchArchive;
import org.isomorph.tensor.DType;

/**
 * A model's weights, ready to be its argument: a {@code List[Tensor]} in the order of their names.
 *
 * <p>Each file is mapped once, whole, and each parameter that is stored in the dtype of the run is
 * a view of it, in any layout that strides can express: nothing is read before it is used, and the
 * system shares and drops the pages. What is cast, not aligned, repeated or in pieces is made; so
 * is everything that goes to a GPU.
 */
final class BoundWeights implements AutoCloseable {
  /**
   * The method that runs through a {@link BindingTable}: from sources, flat and of bytes, to
   * weights.
   */
  static final String MAKE =
      """
        def make(self: __torch__.M,
          sources: List[Tensor],
          table: List[int],
          run: int,
          device: str) -> List[Tensor]:
          place = torch.device(device)
          out = annotate(List[Tensor], [])
          at = 0
          while at < torch.len(table):
            kind = table[at]
            if kind == 0:
              _2 = torch.append(out, out[table[at + 1]])
              at = at + 2
            else:
              if kind == 1:
                rank = table[at + 4]
                dims = at + 5
                strides = dims + rank
                end = strides + rank
                v = torch.set_(torch.empty([0], dtype=table[at + 2]), sources[table[at + 1]], table[at + 3], table[dims:strides], table[strides:end])
                _3 = torch.append(out, torch.to(v, place))
                at = end
              else:
                dtype = table[at + 1]
                dims = at + 3
                head = dims + table[at + 2]
                whole = torch.empty(table[dims:head], dtype=run)
                flat = torch.view(whole, [-1])
                at = head + 1
                for p in range(table[head]):
                  source = sources[table[at]]
                  offset = table[at + 1]
                  bytes = table[at + 2]
                  if bytes > 0:
                    source = torch.clone(torch.slice(source, 0, offset, offset + bytes))
                    offset = 0
                  rank = table[at + 4]
                  extents = at + 5
                  froms = extents + rank
                  tos = froms + rank
                  end = tos + rank
                  stored = torch.set_(torch.empty([0], dtype=dtype), source, offset, table[extents:froms], table[froms:tos])
                  part = torch.as_strided(flat, table[extents:froms], table[tos:end], table[at + 3])
                  _4 = torch.copy_(part, stored)
                  at = end
                _5 = torch.append(out, torch.to(whole, place))
          return out
      """;

  private static final String METHODS =
      MAKE
          + """
            def bind(self: __torch__.M,
              paths: List[str],
              sizes: List[int],
              memory: List[Tensor],
              table: List[int],
              run: int,
              device: str) -> List[Tensor]:
              sources = annotate(List[Tensor], [])
              for i in range(torch.len(sizes)):
                _0 = torch.append(sources, torch.from_file(paths[i], False, sizes[i], dtype=0))
              for i in range(torch.len(memory)):
                _1 = torch.append(sources, memory[i])
              return (self).make(sources, table, run, device)
          """;

  /** Loaded with the first weights, and there until the process ends. */
  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private final Sources sources;
  private final NativeValue tensors;
  private final long mappedBytes;
  private final long materialisedBytes;

  private BoundWeights(Sources sources, NativeValue tensors, BindingTable table) {
    this.sources = sources;
    this.tensors = tensors;
    this.mappedBytes = table.viewedBytes();
    this.materialisedBytes = table.madeBytes();
  }

  /**
   * Binds parameters.
   *
   * @param weights where they are stored, as F64, F32, F16 or BF16
   * @param names canonical names, in the order that the model takes them
   * @param run the dtype that they are to have: F64, F32, F16 or BF16
   * @throws RunException if a parameter or a file is missing, or a file is shorter than it should
   *     be
   */
  static BoundWeights bind(Weights weights, List<String> names, DType run, Device device) {
    switch (run) {
      case F64, F32, F16, BF16 -> {}
      default -> throw new RunException("weights are bound as F64, F32, F16 or BF16, not " + run);
    }
    List<StoredWeight> stored = names.stream().map(weights::find).toList();
    Sources sources = Sources.of(stored);
    BindingTable table = new BindingTable(sources, run, device.isCpu());
    for (int i = 0; i < stored.size(); i++) table.add(names.get(i), stored.get(i));
    return new BoundWeights(sources, load(sources, table, run, device), table);
  }

  private static NativeValue load(Sources sources, BindingTable table, DType run, Device device) {
    List<String> files = sources.files().stream().map(file -> file.path().toString()).toList();
    long[] bytes = sources.files().stream().mapToLong(Sources.Mapped::bytes).toArray();
    List<NativeValue> rooms = new ArrayList<>();
    try {
      sources.memory().forEach(data -> rooms.add(Bridge.room(data)));
      try (NativeValue paths = NativeValue.ofStrings(files.isEmpty() ? List.of("") : files);
          NativeValue sizes = NativeValue.ofLongs(bytes);
          NativeValue memory = NativeValue.listOf(rooms);
          NativeValue codes = NativeValue.ofLongs(table.codes());
          NativeValue dtype = NativeValue.of(ScalarTypes.of(run));
          NativeValue place = NativeValue.of(device.toString())) {
        return Loaded.PROGRAM.call("bind", paths, sizes, memory, codes, dtype, place);
      }
    } finally {
      rooms.forEach(NativeValue::close);
    }
  }

  /** The {@code List[Tensor]}; it belongs to this object. */
  NativeValue tensors() {
    return tensors;
  }

  /** Bytes of parameters that are used where they are in files. */
  long mappedBytes() {
    return mappedBytes;
  }

  /** Bytes of parameters that take memory of their own, or a GPU's. */
  long materialisedBytes() {
    return materialisedBytes;
  }

  /**
   * Checks that the files are as they were when they were mapped; cheap enough for every run.
   *
   * @throws RunException if one was changed: reading behind the end of a file that was cut short
   *     would kill the process
   */
  void requireUnchanged() {
    sources.requireUnchanged();
  }

  /** Unmaps the files, once no result shares their memory any more. */
  @Override
  public void close() {
    tensors.close();
  }
}
