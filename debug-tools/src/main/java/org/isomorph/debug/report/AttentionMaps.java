package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.AttentionProbe;
import org.isomorph.debug.DebugException;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.report.Findings.Section;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.SpecException;
import org.isomorph.spec.Tower;

/** Adds the attention of layers to findings, where the page has room for it. */
final class AttentionMaps {
  /** Names, kinds and braces around the weights of a layer, about. */
  private static final long AROUND = 400;

  private final DebugSession session;
  private final Findings findings;

  AttentionMaps(DebugSession session, Findings findings) {
    this.session = session;
    this.findings = findings;
  }

  /** One attention of one layer. */
  private record Mixing(Layer layer, String mixer, long bytes) {}

  /**
   * The findings with attention, or with a note why there is none.
   *
   * @param room for it, in bytes
   */
  Findings within(List<Layer> layers, long room) {
    List<Mixing> all = layers.stream().flatMap(layer -> mixings(layer).stream()).toList();
    if (all.isEmpty())
      return findings.note(Section.ATTENTION, "none of these layers has attention weights");
    long taken = all.stream().mapToLong(Mixing::bytes).sum();
    if (taken > room) return findings.note(Section.ATTENTION, tooLarge(all, taken, room));
    try {
      return findings.attention(maps(all));
    } catch (DebugException | SpecException absent) {
      return findings.note(Section.ATTENTION, "" + absent.getMessage());
    }
  }

  private List<AttentionMap> maps(List<Mixing> all) {
    // All at once, for one forward in place of one a layer.
    session.values(
        all.stream()
            .map(each -> each.layer().value(each.mixer() + ".probs"))
            .toArray(String[]::new));
    return all.stream()
        .map(each -> session.look(new AttentionProbe(each.layer(), Optional.of(each.mixer()))))
        .toList();
  }

  private static String tooLarge(List<Mixing> all, long taken, long room) {
    long fit = 0, sum = 0;
    for (Mixing each : all) {
      sum += each.bytes();
      if (sum > room) break;
      fit++;
    }
    String remedy =
        fit == 0
            ? "give a shorter prompt"
            : "name at most %d of them with --layer, or give a shorter prompt".formatted(fit);
    return "the attention of %d layers would take %,d bytes, the page has room for %,d: %s"
        .formatted(all.size(), taken, Math.max(0, room), remedy);
  }

  private List<Mixing> mixings(Layer layer) {
    Tower tower = session.model().tower(layer.tower()).orElseThrow();
    List<Mixer> mixers = tower.layer(layer.index()).mixers().toList();
    List<String> names = Parameters.mixerNames(tower.layer(layer.index()));
    List<Mixing> found = new ArrayList<>();
    for (int at = 0; at < mixers.size(); at++)
      if (mixers.get(at) instanceof Attention attention)
        found.add(new Mixing(layer, names.get(at), bytes(tower, attention)));
    return found;
  }

  /** The most that it can take, in base64. */
  private long bytes(Tower tower, Attention attention) {
    long queries = shown(tower.name()), keys = queries;
    boolean isHalf = Mask.CAUSAL.equals(tower.mask());
    if (attention instanceof Heads heads && heads.keyValues() instanceof KeyValues.From from) {
      keys = shown(from.tower());
      isHalf = false;
    }
    long cells = isHalf ? queries * (queries + 1) / 2 : queries * keys;
    return 4 * Math.ceilDiv(attention.heads() * (cells + Short.BYTES * keys), 3) + AROUND;
  }

  private long shown(String tower) {
    return findings.sequences().stream()
        .filter(each -> each.tower().equals(tower))
        .mapToLong(TokenSequence::size)
        .findFirst()
        .orElse(0);
  }
}
