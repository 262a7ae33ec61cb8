package org.isomorph.debug;

import java.util.Optional;

/**
 * Where numbers that are none begin.
 *
 * @param info what was looked at
 * @param looked how many values were looked at before it ended
 * @param first the first value in the order of computation that is not finite; empty if all are
 * @param before the last value that was still finite; empty where the first is not
 */
public record NonFinite(
    RunInfo info, long looked, Optional<ValueStatistics> first, Optional<String> before) {
  @Override
  public String toString() {
    return first
        .map(value ->
            "first value that is not finite: "
                + value
                + before.map(name -> "\n  the last that is finite before it: " + name).orElse(""))
        .orElse("all of " + looked + " values are finite  " + info);
  }
}
