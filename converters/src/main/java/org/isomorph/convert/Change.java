package org.isomorph.convert;

import org.isomorph.layout.Layout;

/**
 * Where a parameter of the model after a step comes from, if not from the parameter of the same
 * name before it.
 */
public sealed interface Change {
  /** It is new, and all zeros. */
  record Zeros() implements Change {}

  /** It is made of other parameters' elements. */
  record Arranged(Layout<String> layout) implements Change {}

  /** It is the parameter of the same name, computed anew. */
  record Computed(Transform transform) implements Change {}
}
