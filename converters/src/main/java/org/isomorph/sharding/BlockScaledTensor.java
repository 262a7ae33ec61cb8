package org.isomorph.sharding;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Float8;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A matrix of 8-bit floats with a scale for each block, presented as bfloat16: each element is
 * multiplied by its block's scale in float32, and rounded once more, to nearest even. Blocks at the
 * lower and the right edge may be cut off.
 *
 * <p>Source: the checkpoints of DeepSeek-V3, whose {@code weight_scale_inv} has one float32 for
 * each 128 x 128 block of {@code weight}.
 *
 * @param weight the numbers, {@link DType#F8_E4M3}, {@code (rows, columns)}
 * @param scale the blocks' scales, {@code (ceil(rows / blockRows), ceil(columns / blockColumns))}
 * @param blockRows rows of a block
 * @param blockColumns columns of a block
 */
public record BlockScaledTensor(
    LogicalTensor weight, LogicalTensor scale, long blockRows, long blockColumns)
    implements TensorSource {
  private static final ValueLayout.OfShort LE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How many of the numbers are read at once. */
  private static final int PART = 1 << 18;

  /** As many values as a byte has. */
  private static final int CODES = 256;

  @Override
  public TensorInfo info() {
    return new TensorInfo(weight.name(), DType.BF16, weight.shape());
  }

  @Override
  public List<StoredTensor> files() {
    List<StoredTensor> files = new ArrayList<>(weight.files());
    files.addAll(scale.files());
    return files;
  }

  @Override
  public Optional<String> making() {
    return Optional.of(
        "8-bit floats times the scale of their block of %d x %d, in float32, rounded once to bfloat16"
            .formatted(blockRows, blockColumns));
  }

  @Override
  public ElementReader open(StoredBytes files) {
    return new Reader(files);
  }

  /**
   * Looks elements up: a block has only 256 different ones. The tables are those of one row of
   * blocks, each made when its block is first met.
   */
  private final class Reader implements ElementReader {
    private final StoredBytes files;
    private final ElementReader codes;
    private final long columns = weight.shape().dim(1);
    private final int across = Math.toIntExact(scale.shape().dim(1));
    private final short[][] tables = new short[across][];
    private final byte[] part = new byte[(int) Math.min(PART, weight.shape().elements())];
    // Plain arrays: access to a segment, element by element, is slow until it is compiled well.
    private final short[] looked = new short[part.length];
    private float[] scales = new float[0];
    private long blockRow = -1;

    Reader(StoredBytes files) {
      this.files = files;
      this.codes = weight.open(files);
    }

    @Override
    public void read(long first, MemorySegment target) throws IOException {
      if (scales.length == 0) scales = scale.read(files).floats();
      long count = target.byteSize() / Short.BYTES;
      for (long done = 0; done < count; ) {
        int length = (int) Math.min(part.length, count - done);
        codes.read(first + done, MemorySegment.ofArray(part).asSlice(0, length));
        look(first + done, length, target, done);
        done += length;
      }
    }

    /** Turns the codes in {@link #part} into elements, block by block of each row. */
    private void look(long first, int length, MemorySegment target, long to) {
      for (int done = 0; done < length; ) {
        long row = (first + done) / columns;
        long column = (first + done) % columns;
        long block = column / blockColumns;
        long blockEnd = Math.min(columns, (block + 1) * blockColumns);
        int run = (int) Math.min(length - done, blockEnd - column);
        short[] table = table(row / blockRows, (int) block);
        for (int i = done; i < done + run; i++) looked[i] = table[part[i] & 0xff];
        done += run;
      }
      MemorySegment.copy(looked, 0, target, LE_SHORT, to * Short.BYTES, length);
    }

    private short[] table(long row, int block) {
      if (row != blockRow) {
        Arrays.fill(tables, null);
        blockRow = row;
      }
      short[] table = tables[block];
      if (table == null) {
        table = new short[CODES];
        float factor = scales[Math.toIntExact(row * across + block)];
        for (int code = 0; code < CODES; code++)
          table[code] = Casts.bfloat16(Float8.e4m3((byte) code) * factor);
        tables[block] = table;
      }
      return table;
    }
  }

  /** Names tell tensors apart: as the key of a large map, one hashes fast. */
  @Override
  public int hashCode() {
    return weight.info().hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof BlockScaledTensor that
            && blockRows == that.blockRows
            && blockColumns == that.blockColumns
            && Objects.equals(weight, that.weight)
            && Objects.equals(scale, that.scale));
  }
}
