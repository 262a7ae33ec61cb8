package org.isomorph.architectures;

import org.isomorph.dialect.Config;

/** Keys of which one value only can be described. */
final class Fixed {
  private Fixed() {}

  /** Refuses a flag that is not {@code described}, which it also is where it is absent. */
  static void flag(Config config, String key, boolean described) {
    if (config.flag(key, described) != described)
      throw config.invalid(key, described + ": the other is not described");
  }

  /** Refuses a text that is not {@code described}, which it also is where it is absent. */
  static void text(Config config, String key, String described) {
    if (!config.text(key, described).equals(described)) throw config.invalid(key, described);
  }
}
