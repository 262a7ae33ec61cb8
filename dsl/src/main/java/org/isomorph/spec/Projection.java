package org.isomorph.spec;

/** The four linear maps of attention. */
public enum Projection {
  Q,
  K,
  V,
  O
}
