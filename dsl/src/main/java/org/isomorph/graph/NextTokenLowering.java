package org.isomorph.graph;

import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Block;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.RelativePosition;

/**
 * Multi-token prediction, DeepSeek-V3, arXiv 2412.19437 section 2.2: from the stream at a token and
 * the embedding of the token behind it, logits of the token after that. It is no output, but can be
 * asked for: {@code mtp.0.logits} (B, T - 1, V).
 *
 * <p>The stream is taken after the final norm, and the embedding comes first in the concatenation,
 * as serving engines that run published checkpoints do.
 */
final class NextTokenLowering {
  private final Model model;
  private final Assembly assembly;
  private final Streams streams;

  NextTokenLowering(Model model, Assembly assembly, Streams streams) {
    this.model = model;
    this.assembly = assembly;
    this.streams = streams;
  }

  void lower(Head.NextTokens further) {
    if (further.block().isEmpty() || model.lm().isEmpty()) return;
    Norm norm = model.last().norm();
    Streams.Stream last = streams.of(model.last().name());
    Sequence sequence = last.sequence();
    String ids = sequence.ids();
    String x = last.value();
    for (long depth = 0; depth < further.depth(); depth++) {
      String path = "mtp." + depth;
      assembly.region(path);
      ids = assembly.add(path + ".ids", new Op.Drop(true), ids);
      x = assembly.add(path + ".hidden", new Op.Drop(false), x);
      sequence = sequence.shorter(path + ".", x);
      String token =
          assembly.add(
              path + ".embed",
              new Op.Lookup(),
              List.of(ids),
              List.of(Parameters.headTable(model).orElseThrow()));
      String joined =
          assembly.add(
              path + ".joined",
              new Op.Concat(),
              assembly.norm(path + ".embed.normed", path + ".embed_norm", norm, token),
              assembly.norm(path + ".hidden.normed", path + ".hidden_norm", norm, x));
      String entering = assembly.linear(path + ".project", path + ".project", joined);
      Block block = further.block().orElseThrow();
      String layer = path + ".block";
      String out =
          new BlockLowering(
                  assembly, streams, sequence, layer, block, mixer -> buckets(layer, block, mixer))
              .lower(entering);
      x = assembly.norm(path + ".norm.out", path + ".norm", norm, out);
      HeadLowering.logits(model, assembly, model.lm().orElseThrow(), path + ".", x);
    }
    assembly.region("");
  }

  /** The table that a mixer reads: its own, or the one that the last tower's layers share. */
  private Optional<String> buckets(String layer, Block block, String mixer) {
    int index = Parameters.mixerNames(block).indexOf(mixer);
    if (!(block.mixers().skip(index).findFirst().orElseThrow() instanceof Heads heads)
        || !(heads.position() instanceof RelativePosition.Buckets buckets)) return Optional.empty();
    return buckets.share() == RelativePosition.Buckets.Share.PER_LAYER
        ? Optional.of(layer + "." + mixer + ".buckets.weight")
        : Parameters.bucketTable(model.last(), model.last().depth() - 1, mixer);
  }
}
