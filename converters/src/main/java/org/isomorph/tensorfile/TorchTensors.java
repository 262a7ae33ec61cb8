package org.isomorph.tensorfile;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TorchContent.Range;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Global;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;

/**
 * Understands the calls by which a pickle makes tensors, without making them.
 *
 * <p>A tensor is what {@code torch._utils._rebuild_tensor_v2(storage, offset, size, strides, ...)}
 * returns; parameters and classes of tensors wrap such calls.
 */
final class TorchTensors {
  private static final String UTILS = "torch._utils";
  private static final int DEEPEST_WRAPPING = 8;

  private final Path file;
  private final TorchContent.Storages places;
  private final Map<String, StoredTensor> storages = new HashMap<>();

  TorchTensors(Path file, TorchContent.Storages places) {
    this.file = file;
    this.places = places;
  }

  /** Whether a value is a tensor, or claims to be a kind of one. */
  static boolean isTensor(PickleValue value) {
    return value instanceof Instance made
        && made.callable() instanceof Global function
        && (function.is("torch._tensor", "_rebuild_from_type_v2")
            || (function.module().equals(UTILS) && function.name().startsWith("_rebuild_")));
  }

  /**
   * The tensor that a value is.
   *
   * @throws TensorFileException if it is of a kind that is not read, or does not lie in its storage
   */
  TorchTensor read(String name, PickleValue value) {
    Names.problem(name).ifPresent(problem -> fail(name, problem));
    if (!(value instanceof Instance made) || !(made.callable() instanceof Global function))
      throw problem(name, "expected a tensor, found " + value);
    return call(name, function, made.arguments(), 0);
  }

  private TorchTensor call(String name, Global function, List<PickleValue> arguments, int depth) {
    if (depth > DEEPEST_WRAPPING) fail(name, "a tensor is wrapped too many times");
    if (function.is("torch._tensor", "_rebuild_from_type_v2")
        && arguments.size() >= 3
        && arguments.getFirst() instanceof Global wrapped)
      return call(name, wrapped, arguments.get(2).sequence().orElse(List.of()), depth + 1);
    boolean known = function.module().equals(UTILS);
    return switch (known ? function.name() : "") {
      case "_rebuild_parameter", "_rebuild_parameter_with_state" -> {
        if (arguments.isEmpty()
            || !(arguments.getFirst() instanceof Instance inner)
            || !(inner.callable() instanceof Global wrapped))
          throw problem(name, "expected a parameter made of a tensor, found " + arguments);
        yield call(name, wrapped, inner.arguments(), depth + 1);
      }
      case "_rebuild_tensor" -> view(name, arguments, Optional.empty());
      case "_rebuild_tensor_v2" -> {
        requirePlain(name, arguments, 6);
        yield view(name, arguments, Optional.empty());
      }
      case "_rebuild_tensor_v3" -> {
        requirePlain(name, arguments, 7);
        yield view(name, arguments, Optional.of(dtype(name, arguments)));
      }
      default ->
          throw problem(
              name,
              "it is made by %s, and such tensors are not read; make it dense with torch and save it again"
                  .formatted(Names.quoted(function.toString())));
    };
  }

  /**
   * Flags behind the usual arguments say that a tensor is the conjugate or negative of its data.
   */
  private void requirePlain(String name, List<PickleValue> arguments, int usual) {
    if (arguments.size() > usual && arguments.get(usual) instanceof Dict flags && flags.size() > 0)
      fail(
          name,
          "it is a lazy conjugate or negative; call resolve_conj() and resolve_neg() on it and save it again");
  }

  private DType dtype(String name, List<PickleValue> arguments) {
    Optional<DType> found =
        arguments.size() > 6 && arguments.get(6) instanceof Global type
            ? TorchTypes.named(type.module().equals("torch") ? type.name() : "")
            : Optional.empty();
    return found.orElseThrow(() ->
        problem(
            name,
            "its dtype is %s, which is not read; convert it with torch and save it again"
                .formatted(arguments.size() > 6 ? arguments.get(6) : "missing")));
  }

  private TorchTensor view(String name, List<PickleValue> arguments, Optional<DType> viewed) {
    if (arguments.size() < 4)
      throw problem(name, "expected storage, offset, size and strides, found " + arguments);
    TorchStorage storage = TorchStorage.of(file, arguments.getFirst());
    if (viewed.isEmpty() && !storage.typed())
      throw problem(name, "its storage does not say what its elements are");
    DType dtype = viewed.orElse(storage.dtype());
    if (storage.typed() && dtype != storage.dtype())
      throw problem(name, "%s viewed as %s".formatted(storage.dtype(), dtype));
    OptionalLong offset = arguments.get(1).integer();
    List<Long> extents = numbers(name, "size", arguments.get(2));
    List<Long> strides = numbers(name, "strides", arguments.get(3));
    if (offset.isEmpty() || offset.getAsLong() < 0 || extents.size() != strides.size())
      throw problem(
          name,
          "expected an offset and as many strides as extents, found %s, %s and %s"
              .formatted(arguments.get(1), strides, extents));
    StoredTensor stored = stored(name, storage, dtype);
    try {
      long first = Math.addExact(storage.offset(), offset.getAsLong());
      Shape shape = Shape.of(extents);
      requireWithin(name, stored, first, shape, strides);
      return new TorchTensor(new TensorInfo(name, dtype, shape), stored, first, strides);
    } catch (ArithmeticException | IllegalArgumentException overflow) {
      throw problem(name, "more elements than a 64-bit integer can count");
    }
  }

  private List<Long> numbers(String name, String what, PickleValue value) {
    return TorchSizes.of(value, what, problem -> problem(name, problem));
  }

  private StoredTensor stored(String name, TorchStorage storage, DType dtype) {
    return storages.computeIfAbsent(
        dtype + " " + storage.key(),
        _ -> {
          Range range =
              places
                  .find(storage.key())
                  .orElseThrow(() ->
                      problem(
                          name,
                          "its storage %s is not in the file"
                              .formatted(Names.quoted(storage.key()))));
          if (range.bytes() / storage.dtype().width() < storage.elements())
            throw problem(
                name,
                "its storage %s has %d bytes: expected %d elements of %s"
                    .formatted(
                        Names.quoted(storage.key()),
                        range.bytes(),
                        storage.elements(),
                        storage.dtype()));
          long elements = range.bytes() / dtype.width();
          return new StoredTensor(
              new TensorInfo(name, dtype, Shape.of(elements)),
              file,
              range.begin(),
              range.begin() + elements * dtype.width());
        });
  }

  private void requireWithin(
      String name, StoredTensor storage, long first, Shape shape, List<Long> strides) {
    if (shape.elements() == 0) return;
    long last = first;
    for (int axis = 0; axis < shape.rank(); axis++)
      last = Math.addExact(last, Math.multiplyExact(shape.dim(axis) - 1, strides.get(axis)));
    if (last >= storage.shape().elements())
      fail(
          name,
          "its storage has %d elements, but shape %s with strides %s from %d on reaches element %d"
              .formatted(storage.shape().elements(), shape, strides, first, last));
  }

  private void fail(String name, String problem) {
    throw problem(name, problem);
  }

  private TensorFileException problem(String name, String problem) {
    return TensorFileException.in(file, name, problem);
  }
}
