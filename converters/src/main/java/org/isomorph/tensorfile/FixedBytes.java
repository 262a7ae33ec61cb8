package org.isomorph.tensorfile;

import java.lang.foreign.MemorySegment;

/**
 * Bytes of a file that are known before it is written.
 *
 * @param offset the position in the file of the first one
 * @param content the bytes, for reading only
 */
public record FixedBytes(long offset, MemorySegment content) {
  public FixedBytes {
    content = content.asReadOnly();
  }
}
