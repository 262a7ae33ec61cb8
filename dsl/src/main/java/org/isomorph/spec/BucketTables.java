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

  /** Hears of each mixer whose table is shared, in the order of layers. */
  private interface Visitor {
    void shared(String mixer, long layer, Heads heads);
  }

  private static void visit(List<Run> runs, Visitor visitor) {
    long layer = 0;
    for (Run run : runs) {
      List<Mixer> mixers = run.block().mixers().toList();
      for (int i = 0; i < mixers.size(); i++)
        if (mixers.get(i) instanceof Heads heads && isShared(heads))
          visitor.shared(Parameters.mixerNames(run.block()).get(i), layer, heads);
      layer += run.count();
    }
  }

  /** Refuses layers that would share a table but describe it differently. */
  static void check(String tower, List<Run> runs) {
    Map<String, Heads> owners = new HashMap<>();
    visit(
        runs,
        (mixer, _, heads) -> {
          Heads owner = owners.putIfAbsent(mixer, heads);
          Require.that(
              owner == null
                  || (owner.heads() == heads.heads() && owner.position().equals(heads.position())),
              "tower "
                  + tower
                  + ": layers share one table of buckets for "
                  + mixer
                  + " but describe it differently: "
                  + owner
                  + " and "
                  + heads);
        });
  }

  /** For each mixer name whose layers share a table, the layer whose table it is. */
  static Map<String, Long> owners(Tower tower) {
    Map<String, Long> owners = new HashMap<>();
    visit(tower.runs(), (mixer, layer, _) -> owners.putIfAbsent(mixer, layer));
    return owners;
  }

  static boolean isShared(Heads heads) {
    return heads.position() instanceof RelativePosition.Buckets buckets
        && buckets.share() == RelativePosition.Buckets.Share.FIRST_LAYER;
  }
}
