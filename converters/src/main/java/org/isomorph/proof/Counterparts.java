package org.isomorph.proof;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.spec.Block;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tower;

/**
 * Which values and parameters of two models are the same thing, number by number. Queries and keys
 * are not where one model pairs neighbours for its rotary positions and the other halves: whatever
 * the order, their products are the same. Neither is a head whose rows one model divides by their
 * lengths, and the other takes as they are.
 */
final class Counterparts {
  private static final Pattern OF_MIXER =
      Pattern.compile("([a-z_]+)\\.(\\d{1,9})\\.([a-z]+\\d*)\\.(.*)");
  private static final Pattern TURNED = Pattern.compile("(q|k|q_up|kv_down)(_norm)?(\\..*)?");

  private final Model one;
  private final Model other;

  Counterparts(Model one, Model other) {
    this.one = one;
    this.other = other;
  }

  /** Whether the value or parameter of this name is the same thing in both. */
  boolean areAlike(String name) {
    if (name.equals("head.weight"))
      return one.lm().map(Head.Lm::isNormalised).equals(other.lm().map(Head.Lm::isNormalised));
    Matcher parts = OF_MIXER.matcher(name);
    if (!parts.matches() || !TURNED.matcher(parts.group(4)).matches()) return true;
    return pairing(one, parts).equals(pairing(other, parts));
  }

  private static Optional<Rope.Pairing> pairing(Model model, Matcher parts) {
    Optional<Tower> tower = model.tower(parts.group(1));
    long layer = Long.parseLong(parts.group(2));
    if (tower.isEmpty() || layer >= tower.get().depth()) return Optional.empty();
    Block block = tower.get().layer(layer);
    List<Mixer> mixers = block.mixers().toList();
    int index = Parameters.mixerNames(block).indexOf(parts.group(3));
    if (index < 0) return Optional.empty();
    return switch (mixers.get(index)) {
      case Heads heads when heads.position() instanceof Rope rope -> Optional.of(rope.pairing());
      case Retention heads when heads.position() instanceof Rope rope ->
          Optional.of(rope.pairing());
      case Latent latent -> Optional.of(latent.rope().pairing());
      default -> Optional.empty();
    };
  }
}
