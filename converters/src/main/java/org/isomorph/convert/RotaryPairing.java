package org.isomorph.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;
import org.isomorph.spec.QkNorm;
import org.isomorph.spec.Rope;

/**
 * Components that are rotated together may be neighbours or halves of a head apart, if the rows of
 * queries and keys are ordered alike: scores do not depend on the order.
 */
final class RotaryPairing implements Adjustment {
  @Override
  public String law() {
    return "Rotary partners can be neighbours or halves of a head apart: rows of queries and keys are permuted.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other = Rewrite.mixers(model, nearest, RotaryPairing::toward);
    return other.equals(model)
        ? List.of()
        : List.of(new Step(Outcome.EXACT, other, () -> effect(model, other)));
  }

  private static Mixer toward(Mixer ours, Mixer theirs) {
    if (ours instanceof Heads a
        && theirs instanceof Heads b
        && a.position() instanceof Rope from
        && b.position() instanceof Rope to
        && isMovable(a, from)) return a.position(paired(from, to));
    if (ours instanceof Latent a && theirs instanceof Latent b)
      return a.rope(paired(a.rope(), b.rope()));
    return ours;
  }

  /** Rotations on two axes pair within their halves; a shared cache rotates for all its layers. */
  private static boolean isMovable(Heads heads, Rope rope) {
    return rope.axes() == Rope.Axes.ONE && !KeyValues.SHARED_CACHE.equals(heads.keyValues());
  }

  private static Rope paired(Rope rope, Rope as) {
    return new Rope(
        rope.theta(), rope.dim(), as.pairing(), rope.axes(), rope.spacing(), rope.scaling());
  }

  private static Step.Effect effect(Model before, Model after) {
    Map<String, Change> changes = new LinkedHashMap<>();
    List<Place> old = Place.of(before), now = Place.of(after);
    boolean neighbours = false;
    for (int i = 0; i < old.size(); i++) {
      if (old.get(i).mixer().equals(now.get(i).mixer())) continue;
      Rope rope = rope(now.get(i).mixer());
      neighbours = rope.pairing() == Rope.Pairing.PAIRS;
      for (Rows rows : rows(now.get(i).mixer())) {
        String name = now.get(i).path() + "." + rows.parameter();
        changes.put(name, new Change.Arranged(rows.permuted(name, rope.dim(), neighbours)));
      }
    }
    return new Step.Effect(
        "permute rows of queries and keys: rotary partners become "
            + (neighbours ? "neighbours" : "halves of a head apart"),
        changes,
        List.of());
  }

  private static Rope rope(Mixer mixer) {
    return switch (mixer) {
      case Latent latent -> latent.rope();
      case Heads heads when heads.position() instanceof Rope rope -> rope;
      default -> throw new IllegalStateException("no rotation in " + mixer);
    };
  }

  /** A parameter whose rows are heads, and the row of each head from which on it is rotated. */
  private record Rows(String parameter, long heads, long first) {
    Layout<String> permuted(String name, long rotated, boolean neighbours) {
      Layout<String> byHead = Layout.leaf(name).split(0, heads, -1);
      Layout<String> part = byHead.part(1, first, first + rotated);
      Layout<String> split = neighbours ? part.split(1, 2, -1) : part.split(1, -1, 2);
      Layout<String> moved = split.permute(0, 2, 1).merge(1, 2);
      Layout<String> before = Layout.concat(1, byHead.part(1, 0, first), moved);
      return Layout.concat(1, first == 0 ? moved : before, byHead.part(1, first + rotated))
          .merge(0, 1);
    }
  }

  private static List<Rows> rows(Mixer mixer) {
    return switch (mixer) {
      case Heads heads -> rows(heads);
      case Latent latent -> rows(latent);
      default -> List.of();
    };
  }

  private static List<Rows> rows(Heads heads) {
    List<Rows> rows = new ArrayList<>();
    rows.add(new Rows("q.weight", heads.heads(), 0));
    rows.add(new Rows("k.weight", heads.keyValueHeads(), 0));
    if (heads.bias().contains(Projection.Q)) rows.add(new Rows("q.bias", heads.heads(), 0));
    if (heads.bias().contains(Projection.K)) rows.add(new Rows("k.bias", heads.keyValueHeads(), 0));
    heads
        .qkNorm()
        .ifPresent(norm -> {
          boolean each = norm.across() == QkNorm.Across.HEAD;
          for (String part : Norms.parameters(norm.norm())) {
            rows.add(new Rows("q_norm." + part, each ? 1 : heads.heads(), 0));
            rows.add(new Rows("k_norm." + part, each ? 1 : heads.keyValueHeads(), 0));
          }
        });
    return rows;
  }

  /** The rotated part stands behind the one that is not, and behind the latent of keys. */
  private static List<Rows> rows(Latent latent) {
    List<Rows> rows = new ArrayList<>();
    String queries = latent.queryRank().isPresent() ? "q_up.weight" : "q.weight";
    rows.add(new Rows(queries, latent.heads(), latent.nopeDim()));
    rows.add(new Rows("kv_down.weight", 1, latent.keyValueRank()));
    if (latent.bias()) rows.add(new Rows("kv_down.bias", 1, latent.keyValueRank()));
    return rows;
  }
}
