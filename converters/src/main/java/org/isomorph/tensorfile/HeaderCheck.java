package org.isomorph.tensorfile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a header's entries make sense: each for itself, and together as a partition of the
 * data, without overlaps and holes, from its first byte to its last.
 */
final class HeaderCheck {
  private static final int SHOWN_AXES = 16;

  private final Path file;
  private final long dataBytes;

  private HeaderCheck(Path file, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
  }

  /** The tensors of {@code entries}, in the order of their data. */
  static List<StoredTensor> check(
      Path file, List<RawHeader.Entry> entries, long dataBegin, long fileSize) {
    HeaderCheck check = new HeaderCheck(file, fileSize - dataBegin);
    List<StoredTensor> tensors = new ArrayList<>(entries.size());
    for (RawHeader.Entry entry : entries) {
      TensorInfo info = check.info(entry);
      // The range is within the file, so neither sum overflows.
      tensors.add(new StoredTensor(info, file, dataBegin + entry.begin(), dataBegin + entry.end()));
    }
    tensors.sort((a, b) ->
        a.begin() == b.begin()
            ? Long.compare(a.end(), b.end())
            : Long.compare(a.begin(), b.begin()));
    check.partition(tensors, dataBegin);
    return tensors;
  }

  private TensorInfo info(RawHeader.Entry entry) {
    Names.problem(entry.name()).ifPresent(problem -> fail(entry, problem));
    TensorInfo info = new TensorInfo(entry.name(), dtype(entry), shape(entry));
    long begin = entry.begin();
    long end = entry.end();
    if (begin < 0 || begin > end)
      fail(entry, "data_offsets: expected 0 <= begin <= end, found [" + begin + ", " + end + "]");
    if (end > dataBytes)
      fail(
          entry,
          ("its data ends at byte %d, but the file has only %d bytes of data;"
                  + " it was cut short: fetch it again")
              .formatted(end, dataBytes));
    long bytes = bytes(info, entry);
    if (end - begin != bytes)
      fail(
          entry,
          "%s of shape %s takes %d bytes, but data_offsets [%d, %d] span %d"
              .formatted(info.dtype(), shown(info.shape()), bytes, begin, end, end - begin));
    return info;
  }

  private DType dtype(RawHeader.Entry entry) {
    return DType.named(entry.dtype())
        .orElseThrow(() ->
            problem(
                entry,
                "unknown dtype %s; the format knows %s"
                    .formatted(
                        Names.quoted(entry.dtype()),
                        Arrays.stream(DType.values())
                            .map(DType::name)
                            .collect(Collectors.joining(", ")))));
  }

  private Shape shape(RawHeader.Entry entry) {
    for (long extent : entry.shape()) {
      if (extent < 0) fail(entry, "shape: expected no negative extent, found " + extent);
    }
    try {
      return Shape.of(entry.shape());
    } catch (IllegalArgumentException overflow) {
      TensorFileException refused =
          problem(entry, "shape: more elements than a 64-bit integer can count");
      refused.initCause(overflow);
      throw refused;
    }
  }

  private long bytes(TensorInfo info, RawHeader.Entry entry) {
    try {
      return info.bytes();
    } catch (ArithmeticException notWhole) {
      TensorFileException refused =
          problem(entry, "its size is not a number of bytes: " + notWhole.getMessage());
      refused.initCause(notWhole);
      throw refused;
    }
  }

  private void partition(List<StoredTensor> tensors, long dataBegin) {
    long expected = dataBegin;
    StoredTensor previous = null;
    for (StoredTensor tensor : tensors) {
      if (tensor.begin() != expected) {
        String kind = tensor.begin() < expected ? "overlaps" : "leaves a hole behind";
        throw TensorFileException.in(
            file,
            tensor.name(),
            "its data %s %s: expected to begin at byte %d of the data, found %d"
                .formatted(
                    kind, named(previous), expected - dataBegin, tensor.begin() - dataBegin));
      }
      expected = tensor.end();
      previous = tensor;
    }
    if (expected != dataBegin + dataBytes)
      throw TensorFileException.in(
          file,
          "expected the file to end behind the data of %s, found %d bytes more"
              .formatted(named(previous), dataBegin + dataBytes - expected));
  }

  private static String named(@Nullable StoredTensor tensor) {
    return tensor == null ? "the header" : "tensor " + Names.quoted(tensor.name());
  }

  // A hostile shape has as many axes as fit into its header: a hundred million characters.
  private static String shown(Shape shape) {
    return shape.rank() <= SHOWN_AXES ? shape.toString() : "of " + shape.rank() + " axes";
  }

  private void fail(RawHeader.Entry entry, String problem) {
    throw problem(entry, problem);
  }

  private TensorFileException problem(RawHeader.Entry entry, String problem) {
    return TensorFileException.in(file, entry.name(), problem);
  }
}
