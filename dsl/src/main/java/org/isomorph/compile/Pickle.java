package org.isomorph.compile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;

/**
 * Writes a Python pickle, protocol 2, opcode by opcode: as much of it as torch's files need.
 *
 * <p>A pickle is a program for a stack machine. Each method appends one instruction; what it takes
 * from the stack and leaves there is said in its comment, top of the stack last.
 */
public final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public Pickle() {
    op(0x80).op(2);
  }

  private Pickle op(int code) {
    out.write(code);
    return this;
  }

  private Pickle littleEndian(long value, int bytes) {
    for (int i = 0; i < bytes; i++) op((int) (value >>> (8 * i)));
    return this;
  }

  /** -> the class or function {@code module.name} */
  public Pickle global(String module, String name) {
    out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** -> text */
  public Pickle text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    op('X').littleEndian(utf8.length, 4);
    out.writeBytes(utf8);
    return this;
  }

  /** -> integer */
  public Pickle integer(long value) {
    return value == (int) value
        ? op('J').littleEndian(value, 4)
        : op(0x8a).op(Long.BYTES).littleEndian(value, Long.BYTES);
  }

  /** -> True or False */
  public Pickle bool(boolean value) {
    return op(value ? 0x88 : 0x89);
  }

  /** -> None */
  public Pickle none() {
    return op('N');
  }

  /** -> a float of 64 bits */
  public Pickle real(double value) {
    return op('G').littleEndian(Long.reverseBytes(Double.doubleToRawLongBits(value)), Long.BYTES);
  }

  /** -> () */
  public Pickle emptyTuple() {
    return op(')');
  }

  /** -> {} */
  public Pickle emptyDict() {
    return op('}');
  }

  /** -> [] */
  public Pickle emptyList() {
    return op(']');
  }

  /** list, mark, items... -> list with these items behind its own */
  public Pickle append() {
    return op('e');
  }

  /** -> mark, below which {@link #tuple}, {@link #append} and {@link #setItems} do not reach */
  public Pickle mark() {
    return op('(');
  }

  /** mark, items... -> tuple */
  public Pickle tuple() {
    return op('t');
  }

  /** A tuple of integers. */
  public Pickle tuple(long... values) {
    mark();
    for (long value : values) integer(value);
    return tuple();
  }

  /** dict, mark, key, value, key, value... -> dict with these entries */
  public Pickle setItems() {
    return op('u');
  }

  /** -> a list of integers, of the type that TorchScript calls {@code List[int]} */
  public Pickle integers(long... values) {
    global("torch.jit._pickle", "build_intlist").mark().emptyList().mark();
    for (long value : values) integer(value);
    return append().tuple().reduce();
  }

  /** -> an empty {@code List[Tensor]} */
  public Pickle noTensors() {
    return global("torch.jit._pickle", "build_tensorlist").mark().emptyList().tuple().reduce();
  }

  /** value -> value, which {@link #recall} gives from now on under this number */
  public Pickle remember(int number) {
    return op('r').littleEndian(number, 4);
  }

  /** -> the value that was remembered under this number */
  public Pickle recall(int number) {
    return number < 256 ? op('h').op(number) : op('j').littleEndian(number, 4);
  }

  /** class, arguments -> a new object, not initialised */
  public Pickle newObject() {
    return op(0x81);
  }

  /** object, state -> object with that state */
  public Pickle build() {
    return op('b');
  }

  /** function, arguments -> its result */
  public Pickle reduce() {
    return op('R');
  }

  /** id -> what the reader keeps under that id */
  public Pickle persistent() {
    return op('Q');
  }

  /**
   * -> a tensor, dense and row-major, with a storage of its own: a call of the function that Python
   * rebuilds tensors with.
   *
   * @param key what the file calls the storage
   * @throws IllegalArgumentException if torch has no such dtype
   */
  public Pickle tensor(DType dtype, Shape shape, String key) {
    Optional<String> storage = TorchTypes.storage(dtype);
    global("torch._utils", storage.isPresent() ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3")
        .mark();
    mark().text("storage");
    if (storage.isPresent()) global("torch", storage.get());
    else global("torch.storage", "UntypedStorage");
    long extent = storage.isPresent() ? shape.elements() : dtype.bytes(shape.elements());
    text(key).text("cpu").integer(extent).tuple().persistent();
    integer(0).tuple(shape.dims()).tuple(shape.strides()).bool(false);
    global("collections", "OrderedDict").emptyTuple().reduce();
    if (storage.isEmpty()) global("torch", TorchTypes.name(dtype).orElseThrow(() -> none(dtype)));
    return tuple().reduce();
  }

  private static IllegalArgumentException none(DType dtype) {
    return new IllegalArgumentException("torch has no tensors of " + dtype);
  }

  /** The finished pickle: its value is the top of the stack. */
  public byte[] stop() {
    op('.');
    return out.toByteArray();
  }
}
