package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Tower;

/** The keys of images cut into patches. */
final class PatchKeys {
  private PatchKeys() {}

  /**
   * The patches that a configuration describes.
   *
   * @param patch pixels along a side of a patch where the configuration does not say
   */
  static Patches read(Config config, long patch) {
    return Dsl.patches(side(config, "image_size", 224), side(config, "patch_size", patch))
        .channels(config.number("num_channels", 3));
  }

  /** Height and width are written as one number or as two. */
  private static long side(Config config, String key, long otherwise) {
    List<Long> sides = config.numbers(key).stream().distinct().toList();
    if (sides.size() > 1) throw config.invalid(key, "a square");
    return sides.isEmpty() ? otherwise : sides.getFirst();
  }

  /** Writes the keys for a tower's patches, or harmless ones where it reads something else. */
  static void write(Config.Builder config, Tower tower) {
    Patches patches = tower.input() instanceof Patches found ? found : Dsl.patches(1, 1);
    config
        .set("image_size", patches.image())
        .set("patch_size", patches.patch())
        .set("num_channels", patches.channels());
  }
}
