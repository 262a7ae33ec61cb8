package org.isomorph.runtime;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A value in libtorch's hands: an argument or a result of a {@link Program}.
 *
 * <p>It is a reference that keeps the native value alive until it is closed. {@link #elements} and
 * {@link #entries} belong to the value that they were asked from and are closed with it. An
 * argument may be closed as soon as the call is over, also if the result shares its memory. One
 * value is for one thread at a time.
 */
final class NativeValue implements AutoCloseable {
  private final List<NativeValue> parts = new ArrayList<>();
  private @Nullable IValue value;

  private NativeValue(IValue value) {
    this.value = value;
  }

  static NativeValue owning(IValue value) {
    return new NativeValue(value);
  }

  private static NativeValue make(Supplier<IValue> maker) {
    Torch.ready();
    return new NativeValue(maker.get());
  }

  /** A copy of a tensor, of any dtype that libtorch has, on a device. */
  static NativeValue of(Tensor tensor, Device device) {
    return Bridge.toNative(tensor, device);
  }

  /** A Python int. */
  static NativeValue of(long number) {
    return make(() -> IValue.from(number));
  }

  /** A Python float. */
  static NativeValue of(double number) {
    return make(() -> IValue.from(number));
  }

  /** A Python bool. */
  static NativeValue of(boolean truth) {
    return make(() -> IValue.from(truth));
  }

  /** A Python str. */
  static NativeValue of(String text) {
    return make(() -> IValue.from(text));
  }

  /** A {@code List[int]}. */
  static NativeValue ofLongs(long... numbers) {
    return make(() -> IValue.listFrom(numbers));
  }

  /** A {@code List[int]}. */
  static NativeValue ofLongs(List<Long> numbers) {
    return ofLongs(numbers.stream().mapToLong(Long::longValue).toArray());
  }

  /** A {@code List[str]}, not empty: an empty list does not know that it is one of texts. */
  static NativeValue ofStrings(List<String> texts) {
    if (texts.isEmpty()) throw new IllegalArgumentException("no texts");
    IValue[] values = new IValue[texts.size()];
    try {
      for (int i = 0; i < values.length; i++) {
        String text = texts.get(i);
        values[i] = make(() -> IValue.from(text)).value();
      }
      return make(() -> IValue.listFrom(values));
    } finally {
      for (IValue each : values) if (each != null) each.close();
    }
  }

  /** A {@code List[Tensor]} of tensors, possibly none; they stay the caller's. */
  static NativeValue listOf(List<NativeValue> tensors) {
    try (PtNDManager manager = Torch.manager(Device.CPU)) {
      PtNDArray[] arrays = new PtNDArray[tensors.size()];
      for (int i = 0; i < arrays.length; i++) arrays[i] = tensors.get(i).array(manager);
      return make(() -> IValue.listFrom(arrays));
    }
  }

  /** The value for the engine; it stays this object's. */
  IValue value() {
    if (value == null) throw new IllegalStateException("the value is closed");
    return value;
  }

  /** The tensor as DJL has it, attached to a manager that the caller closes. */
  PtNDArray array(PtNDManager manager) {
    if (!isTensor()) throw unlike("a tensor");
    return value().toTensor(manager);
  }

  boolean isTensor() {
    return value().isTensor();
  }

  /**
   * The tensor, copied to the host in its own dtype.
   *
   * @throws IllegalStateException if the value is none
   * @throws RunException if it has a dtype that {@link Tensor} does not have
   */
  Tensor tensor() {
    if (!isTensor()) throw unlike("a tensor");
    return Bridge.toHost(this);
  }

  /** The Python int. */
  long number() {
    if (!value().isLong()) throw unlike("an int");
    return value().toLong();
  }

  /** The {@code List[int]}. */
  List<Long> numbers() {
    if (!value().isLongList()) throw unlike("a list of int");
    return Arrays.stream(value().toLongArray()).boxed().toList();
  }

  /** The elements of a tuple or a list; closed with this value. */
  List<NativeValue> elements() {
    IValue whole = value();
    if (whole.isTuple()) return adopt(whole.toIValueTuple());
    // Of a list, only this kind is handed out by the engine as values without being copied.
    if (whole.isList()) return adopt(whole.toIValueArray());
    throw unlike("a tuple or a list");
  }

  private List<NativeValue> adopt(IValue[] values) {
    List<NativeValue> adopted = Arrays.stream(values).map(NativeValue::new).toList();
    parts.addAll(adopted);
    return adopted;
  }

  /** The entries of a {@code Dict[str, ...]}; closed with this value. */
  Map<String, NativeValue> entries() {
    if (!value().isMap()) throw unlike("a dict");
    Map<String, NativeValue> entries = new LinkedHashMap<>();
    value().toIValueMap().forEach((key, each) -> entries.put(key, new NativeValue(each)));
    parts.addAll(entries.values());
    return entries;
  }

  private IllegalStateException unlike(String expected) {
    return new IllegalStateException(
        "expected " + expected + ", the value is " + value().getType());
  }

  @Override
  public void close() {
    if (value == null) return;
    parts.forEach(NativeValue::close);
    parts.clear();
    value.close();
    value = null;
  }
}
