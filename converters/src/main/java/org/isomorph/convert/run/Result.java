package org.isomorph.convert.run;

import java.time.Duration;

/**
 * What an execution has done.
 *
 * @param bytes the bytes of all files in the destination
 * @param filesWritten files that this execution wrote
 * @param filesResumed files that an interrupted execution had finished, kept as they were
 * @param staleDiscarded whether the remains of another plan's execution were deleted
 * @param elapsed how long it took
 */
public record Result(
    long bytes, int filesWritten, int filesResumed, boolean staleDiscarded, Duration elapsed) {}
