package org.isomorph.tensorfile;

import java.util.List;

/**
 * A checksum that a file has of itself: the CRC-32 of a range of its bytes, four bytes
 * little-endian, at one or more positions outside the range.
 *
 * @param begin the position of the first byte that is summed
 * @param end the position behind the last one
 * @param at where the checksum is written
 */
public record Seal(long begin, long end, List<Long> at) {
  /** How many bytes a checksum takes. */
  public static final int BYTES = 4;

  public Seal {
    at = List.copyOf(at);
    if (begin < 0 || end < begin)
      throw new IllegalArgumentException("not a range of bytes: " + begin + " to " + end);
  }

  /** How many bytes are summed. */
  public long bytes() {
    return end - begin;
  }
}
