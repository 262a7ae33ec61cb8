package org.isomorph.megatron;

/** How experts are modules: they differ in names. */
public enum Experts {
  /** One module each. */
  SEQUENTIAL,
  /** One module for all of a rank, TransformerEngine's, with a weight for each. */
  GROUPED
}
