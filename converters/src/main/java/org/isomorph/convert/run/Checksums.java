package org.isomorph.convert.run;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.CRC32;
import org.isomorph.tensorfile.Seal;

/**
 * The checksums of what is written to one file, piece by piece, by several threads in any order.
 *
 * <p>A piece is summed while it is still in a core's cache. What a seal wants is the sum of its
 * pieces together, so that nothing needs to be read again.
 *
 * <p>Source: a CRC is a remainder modulo a polynomial over GF(2), and bytes that follow multiply it
 * by {@code x} to the power of their bits (Mark Adler, {@code crc32_combine} of zlib).
 */
final class Checksums {
  /** The polynomial of CRC-32, highest power last, as all numbers here. */
  private static final int POLYNOMIAL = 0xedb88320;

  /** {@code x^(2^k)}; from 32 on they come again. */
  private static final int[] POWERS = new int[Integer.SIZE];

  static {
    POWERS[0] = 1 << 30;
    for (int k = 1; k < POWERS.length; k++) POWERS[k] = times(POWERS[k - 1], POWERS[k - 1]);
  }

  private record Piece(int crc, long length) {}

  /** By the position of their first byte. */
  private final NavigableMap<Long, Piece> pieces = new ConcurrentSkipListMap<>();

  /** Takes note of what is written at {@code position}; the buffer stays as it is. */
  void add(ByteBuffer written, long position) {
    CRC32 crc = new CRC32();
    crc.update(written.duplicate());
    pieces.put(position, new Piece((int) crc.getValue(), written.remaining()));
  }

  /**
   * The checksum that a seal wants, or empty if pieces do not fill its range exactly. They are
   * forgotten either way, so that there are never more than those of the files being written.
   */
  OptionalInt take(Seal seal) {
    NavigableMap<Long, Piece> range = pieces.subMap(seal.begin(), true, seal.end(), false);
    OptionalInt sum = sum(seal, range);
    range.clear();
    return sum;
  }

  private static OptionalInt sum(Seal seal, NavigableMap<Long, Piece> range) {
    int crc = 0;
    long at = seal.begin();
    long length = -1;
    int factor = 0;
    for (var entry : range.entrySet()) {
      Piece piece = entry.getValue();
      if (entry.getKey() != at) return OptionalInt.empty();
      if (piece.length != length) { // most are equally long
        length = piece.length;
        factor = power(length);
      }
      crc = times(factor, crc) ^ piece.crc;
      at += length;
    }
    return at == seal.end() ? OptionalInt.of(crc) : OptionalInt.empty();
  }

  /** {@code x} to the power of so many bytes' bits. */
  private static int power(long bytes) {
    int power = 1 << 31; // x^0
    for (int k = 3; bytes != 0; bytes >>>= 1, k++)
      if ((bytes & 1) != 0) power = times(POWERS[k % POWERS.length], power);
    return power;
  }

  /** The product of two polynomials, modulo the one of CRC-32. */
  private static int times(int a, int b) {
    int product = 0;
    for (; a != 0; a <<= 1) {
      if (a < 0) product ^= b;
      b = (b & 1) == 0 ? b >>> 1 : b >>> 1 ^ POLYNOMIAL;
    }
    return product;
  }
}
