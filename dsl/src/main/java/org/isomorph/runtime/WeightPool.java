package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isomorph.compile.Precision;
import org.isomorph.compile.TorchArchive;
import org.isomorph.tensor.DType;

/** A model's weights on one device: each is bound once, when a program first asks for it. */
final class WeightPool implements AutoCloseable {
  private static final String METHODS =
      """
        def choose(self: __torch__.M, pools: List[Tensor], index: List[int]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          for i in index:
            _ = torch.append(out, pools[i])
          return out
        def extend(self: __torch__.M, pool: List[Tensor], more: List[Tensor]) -> List[Tensor]:
          return torch.add(pool, more)
      """;

  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private final Weights weights;
  private final DType run;
  private final Device device;
  private final Map<String, Integer> places = new HashMap<>();
  private final List<BoundWeights> bound = new ArrayList<>();
  private NativeValue pool = NativeValue.listOf(List.of());

  /**
   * An empty pool.
   *
   * @param run what the programs compute in: F32, BF16 or F64
   */
  WeightPool(Weights weights, DType run, Device device) {
    if (!Precision.isPossible(run)) throw new RunException(Precision.refusal(run));
    this.weights = weights;
    this.run = run;
    this.device = device;
  }

  /** Binds those of these weights that are not bound yet. */
  synchronized void bind(List<String> names) {
    List<String> missing =
        names.stream().distinct().filter(name -> !places.containsKey(name)).toList();
    if (!missing.isEmpty()) add(missing);
  }

  /** The weights of these names, in this order; to be closed. */
  synchronized NativeValue list(List<String> names) {
    bind(names);
    long[] index =
        names.stream().mapToLong(name -> Objects.requireNonNull(places.get(name))).toArray();
    try (NativeValue chosen = NativeValue.ofLongs(index)) {
      return Loaded.PROGRAM.call("choose", pool, chosen);
    }
  }

  private void add(List<String> missing) {
    BoundWeights more = BoundWeights.bind(weights, missing, run, device);
    bound.add(more);
    NativeValue longer = Loaded.PROGRAM.call("extend", pool, more.tensors());
    pool.close();
    pool = longer;
    for (String name : missing) places.put(name, places.size());
  }

  /** Refuses files that were changed since they were mapped. */
  synchronized void requireUnchanged() {
    bound.forEach(BoundWeights::requireUnchanged);
  }

  /** Bytes of files that are read in place. */
  long mappedBytes() {
    return bound.stream().mapToLong(BoundWeights::mappedBytes).sum();
  }

  /** Bytes of weights that had to be made. */
  long materialisedBytes() {
    return bound.stream().mapToLong(BoundWeights::materialisedBytes).sum();
  }

  @Override
  public synchronized void close() {
    pool.close();
    bound.forEach(BoundWeights::close);
  }
}
