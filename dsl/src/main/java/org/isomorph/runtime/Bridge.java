package org.isomorph.runtime;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import org.isomorph.compile.TorchArchive;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Tensors across the border between Java and libtorch, as plain bytes: a program on the other side
 * gives them their dtype and shape.
 *
 * <p>The engine's own way knows fewer dtypes, kills the process when it meets bfloat16, and moves
 * at most 2 GiB. Bytes go over in chunks, and it is all the same what they mean.
 */
final class Bridge {
  private static final long CHUNK = 256L << 20;
  private static final int CACHE_LINE = 64;

  private static final String METHODS =
      """
        def room(self: __torch__.M,
          bytes: int) -> Tensor:
          return torch.empty([bytes], dtype=0)
        def put(self: __torch__.M,
          room: Tensor,
          at: int,
          chunk: Tensor) -> int:
          end = torch.add(at, torch.size(chunk, 0))
          _ = torch.copy_(torch.slice(room, 0, at, end), chunk)
          return end
        def typed(self: __torch__.M,
          room: Tensor,
          dtype: int,
          shape: List[int],
          strides: List[int],
          device: str) -> Tensor:
          x = torch.set_(torch.empty([0], dtype=dtype), room, 0, shape, strides)
          return torch.to(x, torch.device(device))
        def flat(self: __torch__.M,
          x: Tensor) -> Tuple[int, List[int], Tensor]:
          y = torch.reshape(torch.to(x, torch.device("cpu")), [-1])
          return (ops.prim.dtype(x), torch.size(x), y)
        def raw(self: __torch__.M,
          flat: Tensor,
          begin: int,
          end: int,
          bytes: int) -> Tensor:
          chunk = torch.clone(torch.slice(flat, 0, begin, end))
          return torch.set_(torch.empty([0], dtype=0), chunk, 0, [bytes], [1])
      """;

  /** Loaded with the first tensor, and there until the process ends. */
  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private Bridge() {}

  static NativeValue toNative(Tensor tensor, Device device) {
    Shape shape = tensor.shape();
    try (NativeValue room = room(tensor.data());
        NativeValue dtype = NativeValue.of(ScalarTypes.of(tensor.dtype()));
        NativeValue dims = NativeValue.ofLongs(shape.dims());
        NativeValue strides = NativeValue.ofLongs(shape.strides());
        NativeValue place = NativeValue.of(device.toString())) {
      return Loaded.PROGRAM.call("typed", room, dtype, dims, strides, place);
    } finally {
      // The bytes may belong to an automatic arena, which must not see them as garbage meanwhile.
      Reference.reachabilityFence(tensor);
    }
  }

  /** A flat uint8 tensor of these bytes, in libtorch's own memory. */
  static NativeValue room(MemorySegment data) {
    NativeValue room;
    try (NativeValue bytes = NativeValue.of(data.byteSize())) {
      room = Loaded.PROGRAM.call("room", bytes);
    }
    try (Arena arena = Arena.ofConfined();
        PtNDManager manager = Torch.manager(Device.CPU)) {
      for (long at = 0; at < data.byteSize(); at += CHUNK) {
        MemorySegment part = data.asSlice(at, Math.min(CHUNK, data.byteSize() - at));
        if (!part.isNative()) part = arena.allocate(part.byteSize(), CACHE_LINE).copyFrom(part);
        try (PtNDArray array = array(manager, part.asByteBuffer());
            NativeValue chunk = NativeValue.owning(IValue.from(array));
            NativeValue position = NativeValue.of(at)) {
          Loaded.PROGRAM.call("put", room, position, chunk).close();
        }
      }
      return room;
    } catch (RuntimeException failed) {
      room.close();
      throw failed;
    }
  }

  private static PtNDArray array(PtNDManager manager, ByteBuffer direct) {
    return manager.create(
        direct, new ai.djl.ndarray.types.Shape(direct.remaining()), DataType.UINT8);
  }

  static Tensor toHost(NativeValue value) {
    try (NativeValue described = Loaded.PROGRAM.call("flat", value)) {
      List<NativeValue> parts = described.elements();
      long number = parts.get(0).number();
      DType dtype =
          TorchTypes.numbered(number)
              .orElseThrow(() -> new RunException("a tensor has libtorch's dtype " + number));
      Shape shape = Shape.of(parts.get(1).numbers());
      NativeValue flat = parts.get(2);
      return Tensor.filled(
          dtype,
          shape,
          data ->
              chunks(
                  flat,
                  dtype,
                  shape.elements(),
                  (at, chunk) -> MemorySegment.copy(chunk, 0, data, at, chunk.byteSize())));
    }
  }

  /** What is done with the bytes from {@code at} on; they are gone afterwards. */
  interface Chunk {
    void use(long at, MemorySegment bytes);
  }

  /** Hands out the bytes of a tensor, dense and row-major, chunk by chunk. */
  static void toHost(NativeValue value, Chunk use) {
    try (NativeValue described = Loaded.PROGRAM.call("flat", value)) {
      List<NativeValue> parts = described.elements();
      DType dtype = TorchTypes.numbered(parts.get(0).number()).orElseThrow();
      long elements = Shape.of(parts.get(1).numbers()).elements();
      chunks(parts.get(2), dtype, elements, use);
    }
  }

  private static void chunks(NativeValue flat, DType dtype, long elements, Chunk use) {
    long step = CHUNK / dtype.width();
    try (PtNDManager manager = Torch.manager(Device.CPU)) {
      for (long begin = 0; begin < elements; begin += step) {
        long end = Math.min(begin + step, elements);
        long bytes = dtype.bytes(end - begin);
        try (NativeValue from = NativeValue.of(begin);
            NativeValue to = NativeValue.of(end);
            NativeValue length = NativeValue.of(bytes);
            NativeValue raw = Loaded.PROGRAM.call("raw", flat, from, to, length);
            PtNDArray array = raw.array(manager)) {
          // The buffer is libtorch's memory, not a copy: read before the array is closed.
          MemorySegment chunk = MemorySegment.ofBuffer(array.toByteBuffer(true));
          use.use(dtype.bytes(begin), chunk.asSlice(0, bytes));
        }
      }
    }
  }
}
