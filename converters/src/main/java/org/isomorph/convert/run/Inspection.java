package org.isomorph.convert.run;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Compute;
import org.isomorph.convert.Blueprint.Fixed;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Source;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.FileNames;
import org.isomorph.tensorfile.Seal;
import org.isomorph.tensorfile.StoredTensor;

/**
 * Whether a blueprint can be executed at all, found out before anything is created: names stay in
 * the directory, sources hold what is read from them, tasks stay in their file, casts exist.
 */
final class Inspection {
  private final SourceStates sources;

  private Inspection(SourceStates sources) {
    this.sources = sources;
  }

  /**
   * Inspects a blueprint.
   *
   * @param sources what the source files are now
   * @throws RunException naming the file and what is wrong with it
   */
  static void inspect(Blueprint blueprint, SourceStates sources) throws IOException {
    Set<String> names = new HashSet<>();
    for (String name : blueprint.names()) requireName(name, names);
    for (String name : blueprint.names()) requireNotDirectory(name, names);
    Inspection inspection = new Inspection(sources);
    for (Blueprint.File file : blueprint.files()) inspection.file(file);
  }

  private static void requireName(String name, Set<String> names) throws RunException {
    Optional<String> problem = FileNames.problem(name);
    if (problem.isPresent()) throw new RunException("file name: " + problem.get());
    // Some file systems hold only one of two names that differ in case.
    if (!names.add(name.toLowerCase(Locale.ROOT)))
      throw new RunException("two files would be written as \"%s\"".formatted(name));
  }

  private static void requireNotDirectory(String name, Set<String> names) throws RunException {
    String parent = name.toLowerCase(Locale.ROOT);
    for (int end = parent.lastIndexOf('/'); end >= 0; end = parent.lastIndexOf('/', end - 1))
      if (names.contains(parent.substring(0, end)))
        throw new RunException(
            "\"%s\" would be a file and the directory of \"%s\""
                .formatted(name.substring(0, end), name));
  }

  private void file(Blueprint.File file) throws IOException {
    fixed(file);
    for (Seal seal : file.seals())
      if (seal.end() > file.size()
          || seal.at().stream().anyMatch(at -> at < 0 || at > file.size() - Seal.BYTES))
        throw new RunException(
            "file %s: expected checksums within its %d bytes, found %s"
                .formatted(file.name(), file.size(), seal));
    for (Blueprint.Task task : file.tasks())
      try {
        switch (task) {
          case Move move -> move(file, move);
          case Compute compute -> compute(file, compute);
        }
      } catch (ArithmeticException overflow) {
        throw new RunException(
            "file %s: a tensor's place is not a number of bytes: %s"
                .formatted(file.name(), overflow.getMessage()),
            overflow);
      }
  }

  private static void fixed(Blueprint.File file) throws RunException {
    long end = 0;
    for (Fixed fixed : file.fixed()) {
      if (fixed.offset() < end)
        throw new RunException(
            "file %s: expected fixed bytes behind each other, found some at %d and others up to %d"
                .formatted(file.name(), fixed.offset(), end));
      end = fixed.end();
    }
    if (end > file.size())
      throw new RunException(
          "file %s: expected at least the %d bytes of its header, found a size of %d"
              .formatted(file.name(), end, file.size()));
  }

  private void move(Blueprint.File file, Move move) throws IOException {
    DType from = move.source().dtype();
    DType to = move.target().dtype();
    if (!Casts.supports(from, to))
      throw new RunException(
          "file %s: cannot cast %s to %s; F64, F32, F16 and BF16 can be cast"
              .formatted(file.name(), from, to));
    if (!from.addressable()) requireWholeBytes(file, from, move.box());
    reads(move.source(), move.box());
    writes(file, move.target(), move.box());
  }

  private void compute(Blueprint.File file, Compute compute) throws IOException {
    long columns = Chunk.columns(compute);
    if (columns > Integer.MAX_VALUE - 8)
      throw new RunException(
          "file %s: a row of %d elements is too long to be computed at once"
              .formatted(file.name(), columns));
    for (Piece<Source, Compute.Parameter> piece : compute.gather()) {
      requireCast(file, piece.source().dtype(), DType.F64);
      reads(piece.source(), piece.box());
      requireWithin(file, compute, piece.box().lastTo());
    }
    for (Piece<Compute.Parameter, Slot> piece : compute.scatter()) {
      requireCast(file, DType.F64, piece.target().dtype());
      writes(file, piece.target(), piece.box());
      requireWithin(file, compute, piece.box().lastFrom());
    }
  }

  private static void requireWithin(Blueprint.File file, Compute compute, long last)
      throws RunException {
    if (last >= compute.shape().elements())
      throw new RunException(
          "file %s: a computed parameter of shape %s has no element %d"
              .formatted(file.name(), compute.shape(), last));
  }

  private static void requireCast(Blueprint.File file, DType from, DType to) throws RunException {
    if (!Casts.supports(from, to))
      throw new RunException(
          "file %s: cannot compute with %s: only F64, F32, F16 and BF16 are computed with"
              .formatted(file.name(), from == DType.F64 ? to : from));
  }

  private static void requireWholeBytes(Blueprint.File file, DType dtype, Box box)
      throws RunException {
    if (box.contiguousRun() != box.elements() || box.from() % 8 != 0 || box.to() % 8 != 0)
      throw new RunException(
          "file %s: elements of %s are narrower than a byte and move only as whole tensors: %s"
              .formatted(file.name(), dtype, box));
    dtype.bytes(box.elements());
  }

  private void reads(Source source, Box box) throws IOException {
    switch (source) {
      case Blueprint.Span span ->
          sources.require(span.file(), end(span.offset(), span.dtype(), box.lastFrom()));
      case Blueprint.Derived derived -> {
        if (box.lastFrom() >= derived.tensor().shape().elements())
          throw new RunException(
              "tensor %s has no element %d".formatted(derived.tensor().info(), box.lastFrom()));
        for (StoredTensor stored : derived.tensor().files())
          sources.require(stored.file(), stored.end());
      }
    }
  }

  private static void writes(Blueprint.File file, Slot slot, Box box) throws RunException {
    long first = Math.addExact(slot.offset(), floorBytes(slot.dtype(), box.to()));
    long end = end(slot.offset(), slot.dtype(), box.lastTo());
    List<Fixed> fixed = file.fixed();
    int behind = before(fixed, first);
    long from = behind == 0 ? 0 : fixed.get(behind - 1).end();
    long to = behind == fixed.size() ? file.size() : fixed.get(behind).offset();
    if (slot.offset() < 0 || first < from || end > to)
      throw new RunException(
          "file %s: expected tensors in bytes %d to %d, found one in bytes %d to %d"
              .formatted(file.name(), from, to, first, end));
  }

  /** How many runs of fixed bytes begin at a position or before it. */
  private static int before(List<Fixed> fixed, long position) {
    int low = 0;
    int high = fixed.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (fixed.get(middle).offset() <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private static long floorBytes(DType dtype, long elements) {
    return Math.multiplyExact(elements, dtype.bits()) / Byte.SIZE;
  }

  private static long end(long offset, DType dtype, long lastElement) {
    long bits = Math.multiplyExact(Math.addExact(lastElement, 1), dtype.bits());
    return Math.addExact(offset, Math.ceilDiv(bits, Byte.SIZE));
  }
}
