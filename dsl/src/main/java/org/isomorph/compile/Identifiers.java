package org.isomorph.compile;

import java.util.Collection;

/** Canonical names as programs write them, where a dot or a hyphen is no part of a name. */
final class Identifiers {
  private Identifiers() {}

  static String of(String name) {
    return name.replace('.', '_').replace('-', '_');
  }

  /** {@code shared_gate} and {@code shared.gate} are two values, and need two variables. */
  static String unlike(Collection<String> taken, String name) {
    String made = of(name);
    while (taken.contains(made)) made += "_";
    return made;
  }
}
