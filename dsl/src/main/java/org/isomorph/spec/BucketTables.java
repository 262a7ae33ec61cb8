package org.isomorph.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which layer owns a table of buckets that all layers of a tower share: for each mixer name, the
 * first layer that has such buckets, as T5 stores them.
 */
final class BucketTables {
  private BucketTables() {}

  /** Refuses layers that would share a table but describe it differently. */
  static void check(String tower, List<Run> runs) {
    Map<String, Heads> owners = new HashMap<>();
    for (Run run : runs) {
      List<String> names = Parameters.mixerNames(run.block());
      List<Mixer> mixers = run.block().mixers().toList();
      for (int i = 0; i < mixers.size(); i++) {
        if (!(mixers.get(i) instanceof Heads heads) || !isShared(heads)) continue;
        Heads owner = owners.putIfAbsent(names.get(i), heads);
        Require.that(
            owner == null
                || (owner.heads() == heads.heads() && owner.position().equals(heads.position())),
            "tower "
                + tower
                + ": layers share one table of buckets for "
                + names.get(i)
                + " but describe it differently: "
                + owner
                + " and "
                + heads);
      }
    }
  }

  /** For each mixer name whose layers share a table, the layer whose table it is. */
  static Map<String, Long> owners(Tower tower) {
    Map<String, Long> owners = new HashMap<>();
    long layer = 0;
    for (Run run : tower.runs()) {
      List<Mixer> mixers = run.block().mixers().toList();
      for (int i = 0; i < mixers.size(); i++)
        if (mixers.get(i) instanceof Heads heads && isShared(heads))
          owners.putIfAbsent(Parameters.mixerNames(run.block()).get(i), layer);
      layer += run.count();
    }
    return owners;
  }

  static boolean isShared(Heads heads) {
    return heads.position() instanceof RelativePosition.Buckets buckets
        && buckets.share() == RelativePosition.Buckets.Share.FIRST_LAYER;
  }
}
