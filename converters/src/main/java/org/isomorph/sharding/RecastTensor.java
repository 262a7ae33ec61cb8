package org.isomorph.sharding;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A tensor presented in another floating-point dtype, rounded to nearest even where that is
 * narrower.
 */
public record RecastTensor(LogicalTensor stored, DType dtype) implements TensorSource {
  private static final int PART = 1 << 18;

  @Override
  public TensorInfo info() {
    return new TensorInfo(stored.name(), dtype, stored.shape());
  }

  @Override
  public List<StoredTensor> files() {
    return stored.files();
  }

  @Override
  public Optional<String> making() {
    return Optional.of("%s as %s, rounded to nearest even".formatted(stored.dtype(), dtype));
  }

  @Override
  public ElementReader open(StoredBytes files) {
    ElementReader reader = stored.open(files);
    int from = stored.dtype().width();
    int to = dtype.width();
    return (first, target) -> {
      long count = target.byteSize() / to;
      byte[] part = new byte[(int) Math.min(PART, count) * from];
      for (long done = 0; done < count; done += PART) {
        int length = (int) Math.min(PART, count - done);
        MemorySegment read = MemorySegment.ofArray(part).asSlice(0, (long) length * from);
        reader.read(first + done, read);
        Casts.cast(stored.dtype(), read, dtype, target.asSlice(done * to), length);
      }
    };
  }

  /** Names tell tensors apart: as the key of a large map, one hashes fast. */
  @Override
  public int hashCode() {
    return stored.info().hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof RecastTensor that
            && dtype == that.dtype
            && stored.equals(that.stored));
  }
}
