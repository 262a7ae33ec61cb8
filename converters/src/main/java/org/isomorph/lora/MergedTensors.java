package org.isomorph.lora;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.sharding.RecastTensor;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.TensorSource;

/** A base's tensors with an adapter merged into them: the same names, shapes and dtypes. */
public final class MergedTensors {
  private final LoraAdapter adapter;
  private final StoredTensors base;
  private final Map<String, LogicalTensor> logical;

  private MergedTensors(LoraAdapter adapter, StoredTensors base) {
    this.adapter = adapter;
    this.base = base;
    this.logical = base.logical();
  }

  /**
   * The tensors of {@code base} as the adapter changes them.
   *
   * @throws LoraException if the adapter changes what the base does not have, or shapes do not fit
   */
  public static StoredTensors of(LoraAdapter adapter, StoredTensors base) {
    return new MergedTensors(adapter, base).merged();
  }

  private StoredTensors merged() {
    Map<String, TensorSource> changed = new HashMap<>();
    for (LoraUpdate update : adapter.updates().values()) {
      LogicalTensor weight = find(update.module() + ".weight");
      requireFit(update, weight);
      changed.put(weight.name(), new LowRankTensor(weight, update));
    }
    adapter
        .replaced()
        .forEach((name, tensor) -> {
          LogicalTensor old = find(name);
          if (!old.shape().equals(tensor.shape()))
            throw new LoraException(
                "%s: tensor %s should replace %s of the base: expected shape %s, found %s"
                    .formatted(adapter.directory(), name, old.name(), old.shape(), tensor.shape()));
          requireFloat(tensor);
          requireFloat(old);
          boolean same = tensor.dtype() == old.dtype();
          changed.put(old.name(), same ? tensor : new RecastTensor(tensor, old.dtype()));
        });
    return base.presenting(changed, Set.of());
  }

  private void requireFit(LoraUpdate update, LogicalTensor weight) {
    long out = update.b().shape().dim(0);
    long in = update.a().shape().dim(1);
    Shape expected = update.transposed() ? Shape.of(in, out) : Shape.of(out, in);
    if (!weight.shape().equals(expected))
      throw new LoraException(
          "%s: the update of %s is for a weight of shape %s, the base's %s is %s: is it the base that the adapter was trained on?"
              .formatted(
                  adapter.directory(), update.module(), expected, weight.name(), weight.shape()));
    requireFloat(weight);
    requireFloat(update.a());
    requireFloat(update.b());
  }

  private static void requireFloat(LogicalTensor tensor) {
    if (tensor.dtype() != DType.F32 && !Casts.supports(tensor.dtype(), DType.F32))
      throw new LoraException(
          "tensor %s: expected floating-point numbers that can be added to"
              .formatted(tensor.info()));
  }

  /**
   * The base's tensor of this name, or the only one whose name differs from it in what stands
   * before: some files leave out the name of the model's outermost module.
   */
  private LogicalTensor find(String name) {
    LogicalTensor exact = logical.get(name);
    if (exact != null) return exact;
    List<LogicalTensor> alike =
        logical.values().stream()
            .filter(each -> name.endsWith("." + each.name()) || each.name().endsWith("." + name))
            .toList();
    if (alike.size() == 1) return alike.getFirst();
    throw new LoraException(
        "%s: the adapter changes %s, which the base does not have%s"
            .formatted(
                adapter.directory(),
                name,
                alike.isEmpty()
                    ? ": is it the base that the adapter was trained on? A head that is tied to the token table has no weight of its own, and cannot be changed alone"
                    : "; several are alike: " + alike.stream().map(LogicalTensor::info).toList()));
  }
}
