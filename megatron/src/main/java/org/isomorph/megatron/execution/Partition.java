package org.isomorph.megatron.execution;

/** How the ranks that share a parameter hold it. */
enum Partition {
  /** Each has all of it. */
  REPLICATED,
  /** Each has its share of the rows: a column-parallel layer, or a vocabulary. */
  ROWS,
  /** Each has its share of the rows of the upper half, and of the lower half below it. */
  GATED_ROWS,
  /** Each has its share of the columns: a row-parallel layer. */
  COLUMNS
}
