package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Block;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Placement;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Tower;

/**
 * What no law changes, and no family changes with what laws change: how many towers and layers, how
 * wide, what kinds of mixers in which order, behind what kind of norm.
 *
 * <p>Most pairs of families differ in it, and need no further look.
 */
record Skeleton(List<Part> towers) {
  /** One tower; the kinds are those of its first layer. */
  private record Part(long dim, long depth, Mask mask, Class<?> norm, List<Object> kinds) {}

  static Skeleton of(Model model) {
    return new Skeleton(model.towers().stream().map(Skeleton::part).toList());
  }

  private static Part part(Tower tower) {
    List<Object> kinds =
        tower.runs().isEmpty() ? List.of() : kinds(tower.runs().getFirst().block());
    return new Part(tower.dim(), tower.depth(), tower.mask(), tower.norm().getClass(), kinds);
  }

  private static List<Object> kinds(Block block) {
    List<Object> kinds = new ArrayList<>();
    for (Residual residual : block.residuals()) {
      Placement placement = residual.placement();
      kinds.add(placement);
      Norm norm = residual.branches().getFirst().norm();
      kinds.add(norm.getClass());
      residual.branches().forEach(branch -> kinds.add(kind(branch.mixer())));
    }
    return kinds;
  }

  /** A mixture of one expert is one layer. */
  private static Class<?> kind(Mixer mixer) {
    return mixer instanceof FeedForward ? FeedForward.class : mixer.getClass();
  }
}
