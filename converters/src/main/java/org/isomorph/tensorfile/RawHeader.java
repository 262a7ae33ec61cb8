package org.isomorph.tensorfile;

import java.util.List;
import java.util.Map;

/** A header as its JSON has it: well-formed, but not yet checked for what it says. */
record RawHeader(Map<String, String> metadata, List<Entry> entries) {
  /**
   * One tensor's entry.
   *
   * @param dtype the type's name, known or not
   * @param begin the position of the first byte, counted from the end of the header
   * @param end the position behind the last byte, counted from the end of the header
   */
  record Entry(String name, String dtype, List<Long> shape, long begin, long end) {}
}
