package org.isomorph.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Numbers in memory: a dense, row-major, little-endian tensor of any size that does not change.
 *
 * <p>This is what goes into a model and what comes out of it. The numbers are those of the dtype,
 * bit for bit; {@link #floats}, {@link #doubles}, {@link #longs} and {@link #get} convert as they
 * read. Two tensors are equal if dtype, shape and every byte are: 0.0 and -0.0 differ, a NaN equals
 * itself.
 *
 * <table>
 *   <caption>What reads as what</caption>
 *   <tr><th>dtype</th><th>floats, doubles, get</th><th>longs</th></tr>
 *   <tr><td>F16, BF16, F32, F64</td><td>the value; {@code floats} rounds F64</td><td>rounded towards 0</td></tr>
 *   <tr><td>I8, I16, I32, I64, U8, U16, U32</td><td>the value, rounded where it is too long</td><td>the value</td></tr>
 *   <tr><td>BOOL</td><td>0 or 1</td><td>0 or 1</td></tr>
 *   <tr><td>others</td><td>refused</td><td>refused</td></tr>
 * </table>
 */
public final class Tensor {
  private static final ValueLayout.OfShort LE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat LE_FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble LE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CACHE_LINE = 64;

  // Small tensors are ordinary garbage. For large ones the heap would grow before the collector
  // looked for others that could go, or they would not fit an array.
  private static final long LARGEST_ON_HEAP = 1L << 20;

  private static final int SHOWN = 6;
  private static final int HASHED = 1024;

  private final DType dtype;
  private final Shape shape;
  private final MemorySegment data;

  private Tensor(DType dtype, Shape shape, MemorySegment data) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data.asReadOnly();
  }

  /**
   * The tensor whose elements are these bytes. They are not copied, so they must not change and
   * must stay accessible for as long as the tensor is used: an {@linkplain Arena#ofAuto() automatic
   * arena} sees to it.
   *
   * @throws IllegalArgumentException if the segment is not exactly as long as the tensor
   */
  public static Tensor of(DType dtype, Shape shape, MemorySegment data) {
    long bytes = dtype.bytes(shape.elements());
    if (data.byteSize() != bytes)
      throw new IllegalArgumentException(
          "a tensor of %s %s takes %d bytes, given %d"
              .formatted(dtype, shape, bytes, data.byteSize()));
    return new Tensor(dtype, shape, data);
  }

  /**
   * A tensor whose bytes a filler writes, little-endian, into memory that is zero before; it must
   * not keep the segment. The memory is freed when nobody has the tensor any more.
   */
  public static Tensor filled(DType dtype, Shape shape, Consumer<MemorySegment> filler) {
    MemorySegment data = allocate(dtype.bytes(shape.elements()));
    filler.accept(data);
    return new Tensor(dtype, shape, data);
  }

  private static MemorySegment allocate(long bytes) {
    if (bytes > LARGEST_ON_HEAP) return OffHeap.allocate(bytes, CACHE_LINE);
    // Of longs, so that it can be read with the aligned layouts of every element.
    long[] words = new long[Math.toIntExact((bytes + Long.BYTES - 1) / Long.BYTES)];
    return MemorySegment.ofArray(words).asSlice(0, bytes);
  }

  /** An {@link DType#F32} tensor of these values, in row-major order. */
  public static Tensor ofFloats(Shape shape, float... values) {
    MemorySegment data = allocate(DType.F32, shape, values.length);
    for (int i = 0; i < values.length; i++) data.set(LE_FLOAT, 4L * i, values[i]);
    return new Tensor(DType.F32, shape, data);
  }

  /** An {@link DType#F64} tensor of these values, in row-major order. */
  public static Tensor ofDoubles(Shape shape, double... values) {
    MemorySegment data = allocate(DType.F64, shape, values.length);
    for (int i = 0; i < values.length; i++) data.set(LE_DOUBLE, 8L * i, values[i]);
    return new Tensor(DType.F64, shape, data);
  }

  /** An {@link DType#I64} tensor of these values, in row-major order. */
  public static Tensor ofLongs(Shape shape, long... values) {
    MemorySegment data = allocate(DType.I64, shape, values.length);
    for (int i = 0; i < values.length; i++) data.set(LE_LONG, 8L * i, values[i]);
    return new Tensor(DType.I64, shape, data);
  }

  /** A {@link DType#BOOL} tensor of these values, in row-major order. */
  public static Tensor ofBooleans(Shape shape, boolean... values) {
    MemorySegment data = allocate(DType.BOOL, shape, values.length);
    for (int i = 0; i < values.length; i++)
      data.set(ValueLayout.JAVA_BYTE, i, (byte) (values[i] ? 1 : 0));
    return new Tensor(DType.BOOL, shape, data);
  }

  private static MemorySegment allocate(DType dtype, Shape shape, int values) {
    if (shape.elements() != values)
      throw new IllegalArgumentException(
          "shape %s has %d elements, given %d".formatted(shape, shape.elements(), values));
    return allocate(dtype.bytes(values));
  }

  /** The type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** The extents, outermost first. */
  public Shape shape() {
    return shape;
  }

  /** The elements' bytes, read-only; a segment may be longer than any array. */
  public MemorySegment data() {
    return data;
  }

  /**
   * One element as a number.
   *
   * @param index a position along each axis
   * @throws IndexOutOfBoundsException if that is not within the shape
   */
  public double get(long... index) {
    if (index.length != shape.rank()) throw outside(index);
    long[] strides = shape.strides();
    long element = 0;
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] < 0 || index[axis] >= shape.dim(axis)) throw outside(index);
      element += index[axis] * strides[axis];
    }
    return number(element);
  }

  private IndexOutOfBoundsException outside(long[] index) {
    return new IndexOutOfBoundsException(
        LongStream.of(index).boxed().toList() + " is not an index into shape " + shape);
  }

  /** All elements in row-major order, as float32. */
  public float[] floats() {
    float[] values = new float[arrayLength()];
    switch (dtype) {
      case F32 -> MemorySegment.copy(data, LE_FLOAT, 0, values, 0, values.length);
      default -> {
        for (int i = 0; i < values.length; i++) values[i] = (float) number(i);
      }
    }
    return values;
  }

  /** All elements in row-major order, as float64. */
  public double[] doubles() {
    double[] values = new double[arrayLength()];
    for (int i = 0; i < values.length; i++) values[i] = number(i);
    return values;
  }

  /** All elements in row-major order, as 64-bit integers. */
  public long[] longs() {
    long[] values = new long[arrayLength()];
    boolean exact = dtype == DType.I64;
    for (int i = 0; i < values.length; i++)
      values[i] = exact ? data.get(LE_LONG, 8L * i) : (long) number(i);
    return values;
  }

  private int arrayLength() {
    if (shape.elements() > Integer.MAX_VALUE - 8)
      throw new IllegalStateException(
          "%s %s has more elements than an array holds: read data() instead"
              .formatted(dtype, shape));
    return (int) shape.elements();
  }

  private double number(long element) {
    long at = element * dtype.bits() / Byte.SIZE;
    return switch (dtype) {
      case F64 -> data.get(LE_DOUBLE, at);
      case F32 -> data.get(LE_FLOAT, at);
      case F16 -> Float.float16ToFloat(data.get(LE_SHORT, at));
      case BF16 -> Float.intBitsToFloat(data.get(LE_SHORT, at) << 16);
      case I64 -> data.get(LE_LONG, at);
      case I32 -> data.get(LE_INT, at);
      case U32 -> Integer.toUnsignedLong(data.get(LE_INT, at));
      case I16 -> data.get(LE_SHORT, at);
      case U16 -> Short.toUnsignedInt(data.get(LE_SHORT, at));
      case I8 -> data.get(ValueLayout.JAVA_BYTE, at);
      case U8 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
      case F8_E4M3 -> Float8.e4m3(data.get(ValueLayout.JAVA_BYTE, at));
      case F8_E5M2 -> Float8.e5m2(data.get(ValueLayout.JAVA_BYTE, at));
      case F8_E8M0 -> Float8.e8m0(data.get(ValueLayout.JAVA_BYTE, at));
      default ->
          throw new IllegalStateException(
              "elements of " + dtype + " are not read as numbers: read data() instead");
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that
        && dtype == that.dtype
        && shape.equals(that.shape)
        && data.mismatch(that.data) == -1;
  }

  /** Of dtype, shape and the first bytes: a tensor may be large. */
  @Override
  public int hashCode() {
    int hash = Objects.hash(dtype, shape);
    long bytes = Math.min(data.byteSize(), HASHED);
    for (long at = 0; at < bytes; at++) hash = 31 * hash + data.get(ValueLayout.JAVA_BYTE, at);
    return hash;
  }

  /** Dtype, shape and the first values: {@code F32 [2, 3]: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0}. */
  @Override
  public String toString() {
    String head = dtype + " " + shape;
    if (shape.elements() == 0) return head;
    String values =
        switch (dtype) {
          case BOOL, I8, I16, I32, I64, U8, U16, U32 ->
              shown(i ->
                  Long.toString(dtype == DType.I64 ? data.get(LE_LONG, 8 * i) : (long) number(i)));
          case F8_E4M3, F8_E5M2, F8_E8M0, F16, BF16, F32 ->
              shown(i -> Float.toString((float) number(i)));
          case F64 -> shown(i -> Double.toString(number(i)));
          default -> "";
        };
    return values.isEmpty() ? head : head + ": " + values;
  }

  private String shown(LongFunction<String> text) {
    String first =
        LongStream.range(0, Math.min(shape.elements(), SHOWN))
            .mapToObj(text)
            .collect(Collectors.joining(", "));
    return shape.elements() > SHOWN ? first + ", ..." : first;
  }
}
