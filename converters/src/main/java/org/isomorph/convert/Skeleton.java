package org.isomorph.convert;

import java.util.List;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Tower;

/**
 * What no law changes, and no family changes with what laws change: how many towers and layers, how
 * wide, what kinds of mixers in which order, behind what kind of norm.
 *
 * <p>Most pairs of families differ in it, and need no further look.
 */
final class Skeleton {
  private Skeleton() {}

  /** Whether two models have the same. */
  static boolean same(Model one, Model other) {
    int count = one.towers().size();
    if (count != other.towers().size()) return false;
    for (int i = 0; i < count; i++)
      if (!same(one.towers().get(i), other.towers().get(i))) return false;
    return true;
  }

  /** Of layers, the first one tells. */
  private static boolean same(Tower one, Tower other) {
    return one.dim() == other.dim()
        && one.depth() == other.depth()
        && one.mask().equals(other.mask())
        && one.norm().getClass() == other.norm().getClass()
        && one.runs().isEmpty() == other.runs().isEmpty()
        && (one.runs().isEmpty()
            || same(one.runs().getFirst().block(), other.runs().getFirst().block()));
  }

  private static boolean same(Block one, Block other) {
    int count = one.residuals().size();
    if (count != other.residuals().size()) return false;
    for (int i = 0; i < count; i++) {
      Residual ours = one.residuals().get(i), theirs = other.residuals().get(i);
      if (!ours.placement().equals(theirs.placement()) || !same(ours.branches(), theirs.branches()))
        return false;
    }
    return true;
  }

  private static boolean same(List<Branch> one, List<Branch> other) {
    if (one.size() != other.size()
        || one.getFirst().norm().getClass() != other.getFirst().norm().getClass()) return false;
    for (int i = 0; i < one.size(); i++)
      if (!alike(one.get(i).mixer(), other.get(i).mixer())) return false;
    return true;
  }

  /** A mixture of one expert is one layer. */
  private static boolean alike(Mixer one, Mixer other) {
    return one.getClass() == other.getClass()
        || (one instanceof FeedForward && other instanceof FeedForward);
  }
}
