package org.isomorph.convert.run;

import java.nio.file.Path;

/**
 * A byte that is not what it should be.
 *
 * @param position where in the file, counted from 0
 */
public record Mismatch(Path file, long position) {}
