package org.isomorph.compile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a Python pickle, protocol 2, opcode by opcode: as much of it as a TorchScript archive
 * needs.
 *
 * <p>A pickle is a program for a stack machine. Each method appends one instruction; what it takes
 * from the stack and leaves there is said in its comment, top of the stack last.
 */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickle() {
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
  Pickle global(String module, String name) {
    out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** -> text */
  Pickle text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    op('X').littleEndian(utf8.length, 4);
    out.writeBytes(utf8);
    return this;
  }

  /** -> integer */
  Pickle integer(long value) {
    return value == (int) value
        ? op('J').littleEndian(value, 4)
        : op(0x8a).op(Long.BYTES).littleEndian(value, Long.BYTES);
  }

  /** -> True or False */
  Pickle bool(boolean value) {
    return op(value ? 0x88 : 0x89);
  }

  /** -> () */
  Pickle emptyTuple() {
    return op(')');
  }

  /** -> {} */
  Pickle emptyDict() {
    return op('}');
  }

  /** -> mark, below which {@link #tuple} and {@link #setItems} do not reach */
  Pickle mark() {
    return op('(');
  }

  /** mark, items... -> tuple */
  Pickle tuple() {
    return op('t');
  }

  /** A tuple of integers. */
  Pickle tuple(long... values) {
    mark();
    for (long value : values) integer(value);
    return tuple();
  }

  /** dict, mark, key, value, key, value... -> dict with these entries */
  Pickle setItems() {
    return op('u');
  }

  /** -> a list of integers, of the type that TorchScript calls {@code List[int]} */
  Pickle integers(long... values) {
    global("torch.jit._pickle", "build_intlist").mark().op(']').mark();
    for (long value : values) integer(value);
    return op('e').tuple().reduce();
  }

  /** -> an empty {@code List[Tensor]} */
  Pickle noTensors() {
    return global("torch.jit._pickle", "build_tensorlist").mark().op(']').tuple().reduce();
  }

  /** class, arguments -> a new object, not initialised */
  Pickle newObject() {
    return op(0x81);
  }

  /** object, state -> object with that state */
  Pickle build() {
    return op('b');
  }

  /** function, arguments -> its result */
  Pickle reduce() {
    return op('R');
  }

  /** id -> what the reader keeps under that id */
  Pickle persistent() {
    return op('Q');
  }

  /** The finished pickle: its value is the top of the stack. */
  byte[] stop() {
    op('.');
    return out.toByteArray();
  }
}
