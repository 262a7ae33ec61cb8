package org.isomorph.megatron.execution;

import java.util.OptionalInt;

/**
 * A parameter of a module that a rank builds, before anything is loaded into it.
 *
 * @param layer which layer of the chunk it is in, counted from the chunk's first; empty outside
 * @param part what the module is called within the layer, by Megatron's own implementation
 * @param expert whose it is, counted from the rank's first expert
 * @param partition how ranks share it
 * @param rows the rank's own
 * @param columns the rank's own; 0 for a vector
 */
record Parameter(
    OptionalInt layer,
    String part,
    OptionalInt expert,
    Partition partition,
    int rows,
    int columns) {
  /** The shape that the module has. */
  String shape() {
    return columns == 0 ? "[%d]".formatted(rows) : "[%d, %d]".formatted(rows, columns);
  }

  int width() {
    return Math.max(1, columns);
  }
}
