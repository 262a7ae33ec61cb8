package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.isomorph.tensorfile.Seal;
import org.junit.jupiter.api.Test;

/** Pieces in any order have the checksum of the whole. */
class ChecksumsTest {
  private static final long OFFSET = 5_000_000_000L;

  @Property(tries = 300)
  void piecesTogetherHaveTheSumOfTheWhole(
      @ForAll @IntRange(max = 5000) int size,
      @ForAll @IntRange(max = 12) int cuts,
      @ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    TreeSet<Integer> borders = new TreeSet<>(List.of(0, size));
    for (int cut = 0; cut < cuts; cut++) borders.add(random.nextInt(size + 1));
    List<Integer> starts = new ArrayList<>(borders.headSet(size));
    Collections.shuffle(starts, random);
    Checksums sums = new Checksums();
    for (int start : starts) {
      int length = borders.higher(start) - start;
      ByteBuffer piece = ByteBuffer.wrap(bytes, start, length);
      sums.add(piece, OFFSET + start);
      assertThat(piece.remaining()).isEqualTo(length);
    }
    CRC32 whole = new CRC32();
    whole.update(bytes);
    assertThat(sums.take(new Seal(OFFSET, OFFSET + size, List.of())))
        .hasValue((int) whole.getValue());
  }

  @Test
  void whatPiecesDoNotFillExactlyIsUnknown() {
    assertThat(sum(0, 10)).isPresent();
    assertThat(sum(0, 30)).as("a hole").isEmpty();
    assertThat(sum(0, 15)).as("a hole at the end").isEmpty();
    assertThat(sum(20, 25)).as("a piece that is longer").isEmpty();
    assertThat(sum(5, 10)).as("a piece that begins before").isEmpty();
  }

  /** Of the bytes from {@code begin} to {@code end}, where 0 to 10 and 20 to 30 are written. */
  private static OptionalInt sum(long begin, long end) {
    Checksums sums = new Checksums();
    sums.add(ByteBuffer.allocate(10), 0);
    sums.add(ByteBuffer.allocate(10), 20);
    return sums.take(new Seal(begin, end, List.of()));
  }

  @Test
  void piecesAreForgottenOnceTheyAreSummed() {
    Checksums sums = new Checksums();
    sums.add(ByteBuffer.allocate(10), 0);
    sums.add(ByteBuffer.allocate(10), 10);
    assertThat(sums.take(new Seal(0, 10, List.of()))).isPresent();
    assertThat(sums.take(new Seal(0, 10, List.of()))).isEmpty();
    assertThat(sums.take(new Seal(10, 20, List.of()))).isPresent();
  }
}
