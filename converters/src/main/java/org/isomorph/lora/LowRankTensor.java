package org.isomorph.lora;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A weight with its low-rank update, added as it is read: computed in float32, and rounded once to
 * the base's dtype.
 *
 * @param base the weight that was trained on
 * @param update what is added
 */
record LowRankTensor(LogicalTensor base, LoraUpdate update) implements TensorSource {
  /** How many elements are computed at once; rows are never cut for it if they are shorter. */
  private static final int PART = 1 << 18;

  @Override
  public TensorInfo info() {
    return base.info();
  }

  @Override
  public List<StoredTensor> files() {
    List<StoredTensor> files = new ArrayList<>(base.files());
    files.addAll(update.a().files());
    files.addAll(update.b().files());
    update.magnitude().ifPresent(magnitude -> files.addAll(magnitude.files()));
    return files;
  }

  @Override
  public Optional<String> making() {
    return Optional.of(
        "weights plus %s times their low-rank update%s, in float32, rounded once"
            .formatted(
                update.scaling(),
                update.magnitude().isPresent() ? ", with rows of the trained length" : ""));
  }

  @Override
  public ElementReader open(StoredBytes files) {
    return new Reader(files);
  }

  /** Holds both matrices of the update, which are thin. */
  private final class Reader implements ElementReader {
    private final StoredBytes files;
    private final ElementReader stored;
    private final int columns = Math.toIntExact(base.shape().dim(1));
    private final int rank = Math.toIntExact(update.a().shape().dim(0));
    private final int width = base.dtype().width();

    /** {@code (rows, rank)} and {@code (rank, columns)}: their product is what is added. */
    private float[] left = new float[0];

    private float[] right = new float[0];

    /**
     * What each row is multiplied by, once known; NaN before. Empty where there is no magnitude.
     */
    private float[] factors = new float[0];

    private float[] magnitude = new float[0];
    private byte[] bytes = new byte[0];
    private float[] values = new float[0];

    Reader(StoredBytes files) {
      this.files = files;
      this.stored = base.open(files);
    }

    @Override
    public void read(long first, MemorySegment target) throws IOException {
      load();
      long count = target.byteSize() / width;
      for (long done = 0; done < count; ) {
        int length = (int) Math.min(PART, count - done);
        add(first + done, length);
        if (factors.length > 0) stretch(first + done, length);
        Casts.cast(
            DType.F32,
            MemorySegment.ofArray(values),
            base.dtype(),
            target.asSlice(done * width),
            length);
        done += length;
      }
    }

    private void load() throws IOException {
      if (right.length > 0) return;
      float[] a = update.a().read(files).floats();
      float[] b = update.b().read(files).floats();
      left = update.transposed() ? transposed(a, rank) : b;
      right = update.transposed() ? transposed(b, b.length / rank) : a;
      if (update.magnitude().isPresent()) {
        magnitude = update.magnitude().get().read(files).floats();
        factors = new float[magnitude.length];
        Arrays.fill(factors, Float.NaN);
      }
    }

    /** Fills {@link #values} with the sums of neighbouring elements. */
    private void add(long first, int length) throws IOException {
      if (values.length < length) {
        values = new float[length];
        bytes = new byte[length * width];
      }
      MemorySegment read = MemorySegment.ofArray(bytes).asSlice(0, (long) length * width);
      stored.read(first, read);
      Casts.cast(base.dtype(), read, DType.F32, MemorySegment.ofArray(values), length);
      for (int done = 0; done < length; ) {
        int row = Math.toIntExact((first + done) / columns);
        int column = (int) ((first + done) % columns);
        int run = Math.min(columns - column, length - done);
        for (int r = 0; r < rank; r++) {
          float factor = (float) (update.scaling() * left[row * rank + r]);
          int from = r * columns + column;
          for (int i = 0; i < run; i++) values[done + i] += factor * right[from + i];
        }
        done += run;
      }
    }

    /** Multiplies the elements in {@link #values} by their rows' factors. */
    private void stretch(long first, int length) throws IOException {
      int row = Math.toIntExact(first / columns);
      int last = Math.toIntExact((first + length - 1) / columns);
      boolean unknown = false;
      for (int each = row; each <= last; each++) unknown |= Float.isNaN(factors[each]);
      if (unknown) {
        for (int each = row; each <= last; each++) measure(each);
        add(first, length);
      }
      for (int i = 0; i < length; i++) values[i] *= factors[(int) ((first + i) / columns)];
    }

    private void measure(int row) throws IOException {
      add((long) row * columns, columns);
      double squares = 0;
      for (int i = 0; i < columns; i++) squares += (double) values[i] * values[i];
      factors[row] = magnitude[row] / (float) Math.sqrt(squares);
    }
  }

  private static float[] transposed(float[] matrix, int rows) {
    int columns = matrix.length / rows;
    float[] result = new float[matrix.length];
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++)
        result[column * rows + row] = matrix[row * columns + column];
    return result;
  }

  /** Names tell tensors apart: as the key of a large map, one hashes fast. */
  @Override
  public int hashCode() {
    return base.info().hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof LowRankTensor that
            && Objects.equals(base, that.base)
            && Objects.equals(update, that.update));
  }
}
