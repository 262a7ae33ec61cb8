package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/**
 * Whether the parts of a description fit each other well enough to be computed. Each part may be
 * sound, and all may be counted and named, and still nothing says what the whole computes.
 */
final class Computability {
  private final Model model;
  private final List<String> reasons = new ArrayList<>();

  private Computability(Model model) {
    this.model = model;
  }

  /** Why the model cannot be computed; empty if it can. */
  static List<String> reasons(Model model) {
    Computability computability = new Computability(model);
    for (Tower tower : model.towers()) computability.look(tower);
    for (Head head : model.heads()) computability.look(head);
    return computability.reasons.stream().distinct().toList();
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) reasons.add(otherwise);
  }

  private boolean readsTokens(Tower tower) {
    return model.root(tower) instanceof Tokens;
  }

  /** Whether each token has two positions. */
  private boolean hasTwo(Tower tower) {
    return model.root(tower) instanceof Tokens tokens
        && tokens.numbering() == Tokens.Numbering.SPAN_AND_BLOCK;
  }

  // ---- towers

  private void look(Tower tower) {
    String name = "tower " + tower.name();
    require(
        readsTokens(tower) || !(tower.mask() instanceof Mask.Prefix),
        name + ": a prefix is one of tokens, but it reads images");
    Stream<RelativePosition> positions =
        tower.runs().stream()
            .flatMap(run -> run.block().mixers())
            .flatMap(mixer -> position(mixer).stream());
    Stream<RelativePosition> all =
        Stream.concat(positions, tower.cache().stream().map(cache -> cache.position()));
    all.distinct().forEach(position -> look(position, tower));
  }

  private static Optional<RelativePosition> position(Mixer mixer) {
    return switch (mixer) {
      case Heads heads -> Optional.of(heads.position());
      case Latent latent -> Optional.of(latent.rope());
      case Retention retention -> Optional.of(retention.position());
      default -> Optional.empty();
    };
  }

  private void look(RelativePosition position, Tower tower) {
    String name = "tower " + tower.name() + ": ";
    switch (position) {
      case Rope rope -> {
        boolean two = rope.axes() == Rope.Axes.TWO;
        require(
            !two || hasTwo(tower), name + rope + " turns by two positions, but tokens have one");
        long pairs = rope.dim() / (two ? 4 : 2);
        if (rope.scaling() instanceof RopeScaling.LongRope longRope)
          require(
              longRope.shortFactors().size() == pairs,
              "%sLongRoPE has %d factors for %d pairs of components"
                  .formatted(name, longRope.shortFactors().size(), pairs));
      }
      case RelativePosition.Buckets buckets -> {
        long side = buckets.buckets() / (Mask.BIDIRECTIONAL.equals(tower.mask()) ? 2 : 1);
        require(
            side >= 2 && buckets.maxDistance() > side / 2,
            name
                + buckets
                + " has "
                + side
                + " buckets a side, half of them for distances one by one: it needs 2 and a greater"
                + " distance than those");
      }
      case RelativePosition.Alibi _, RelativePosition.None _ -> {}
    }
  }

  // ---- heads

  private void look(Head head) {
    switch (head) {
      case Head.NextTokens further -> {
        boolean shares =
            further.block().stream()
                .flatMap(block -> block.mixers())
                .anyMatch(mixer ->
                    mixer instanceof Heads heads
                        && KeyValues.SHARED_CACHE.equals(heads.keyValues()));
        require(!shares, head + " needs keys and values of its own, but reads a shared cache");
      }
      case Head.Similarity _ -> {
        List<Head.Project> sides =
            model.heads().stream()
                .filter(Head.Project.class::isInstance)
                .map(Head.Project.class::cast)
                .toList();
        require(
            sides.size() == 2 && sides.getFirst().width() == sides.getLast().width(),
            head + " compares two projections of one width, found " + sides);
      }
      default -> {}
    }
  }
}
