package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.Router;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** Whether a sequence can be given in pieces: the laws of a memory. */
final class Decoding {
  private final Model model;
  private final List<String> reasons = new ArrayList<>();
  private final List<String> conditions = new ArrayList<>();
  private final List<String> chunks = new ArrayList<>();

  private Decoding(Model model) {
    this.model = model;
  }

  static Decoding of(Model model) {
    Decoding decoding = new Decoding(model);
    decoding.look();
    return decoding;
  }

  Laws.Verdict cached() {
    return Laws.Verdict.of(reasons, conditions);
  }

  /** What comes in several pieces may split a prefix, too. */
  Laws.Verdict chunked() {
    List<String> all = new ArrayList<>(reasons);
    all.addAll(chunks);
    return Laws.Verdict.of(all, conditions);
  }

  private void look() {
    if (model.lm().isEmpty()) {
      reasons.add("without a language model head no token follows another, and nothing is cached");
      return;
    }
    // Those through which the tokens pass that are added one by one.
    List<Tower> towers = model.chain(model.last());
    for (Tower tower : towers) {
      if (Mask.BIDIRECTIONAL.equals(tower.mask()))
        reasons.add("tower " + tower.name() + " is bidirectional: earlier tokens see later ones");
      if (tower.mask() instanceof Mask.Prefix) {
        chunks.add("tower " + tower.name() + " sees its prefix whole, so it must come at once");
        conditions.add("the first call has the whole prefix and what ends it");
      }
      tower.runs().stream()
          .flatMap(run -> run.block().mixers())
          .distinct()
          .forEach(mixer -> look(mixer, tower, towers));
      tower.cache().ifPresent(cache -> rotation(cache.position()));
    }
    if (towers.getFirst().input() instanceof Tokens tokens) numbering(tokens);
  }

  private void numbering(Tokens tokens) {
    switch (tokens.numbering()) {
      case SEQUENTIAL, UNPADDED -> {}
      case SPAN, SPAN_AND_BLOCK ->
          conditions.add(
              "[MASK] or [gMASK] is in the first call, as later tokens take its position");
    }
  }

  private void look(Mixer mixer, Tower tower, List<Tower> towers) {
    positionOf(mixer).ifPresent(this::rotation);
    if (mixer instanceof Heads heads
        && heads.keyValues() instanceof KeyValues.From from
        && towers.stream().anyMatch(each -> each.name().equals(from.tower())))
      reasons.add(
          "tower " + tower.name() + " sees all of " + from.tower() + ", tokens yet to come too");
    if (mixer instanceof Mixture mixture && mixture.router() instanceof Router.Switch limited)
      reasons.add(
          "an expert takes "
              + limited.capacity()
              + " tokens of one call: with fewer tokens a call it refuses fewer");
  }

  /** The position that a mixer applies to what it remembers. */
  private static Optional<RelativePosition> positionOf(Mixer mixer) {
    return switch (mixer) {
      case Heads heads -> Optional.of(heads.position());
      case Latent latent -> Optional.of(latent.rope());
      case Retention retention -> Optional.of(retention.position());
      default -> Optional.empty();
    };
  }

  private void rotation(RelativePosition position) {
    if (!(position instanceof Rope rope)) return;
    switch (rope.scaling()) {
      case RopeScaling.DynamicNtk dynamic ->
          reasons.add(
              (dynamic.powerOfTwo()
                      ? "the rotary base is chosen by the first call's length"
                      : "the rotary base follows the length")
                  + ", and differs beyond "
                  + dynamic.trained()
                  + " tokens");
      case RopeScaling.LongRope two ->
          reasons.add(
              "rotary factors are others beyond "
                  + two.trained()
                  + " tokens, and remembered keys keep theirs");
      case RopeScaling.Linear _, RopeScaling.Llama3 _, RopeScaling.Yarn _, RopeScaling.None _ -> {}
    }
  }
}
