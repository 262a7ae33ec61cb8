package org.isomorph.graph;

import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Block;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;

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
      // A narrower table is widened as it is where tokens enter.
      if (model.tokens().orElseThrow().width() != model.last().dim())
        token = assembly.linear(path + ".embed.projected", projection(), token);
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
                  assembly, streams, sequence, layer, block, mixer -> buckets(layer, mixer))
              .lower(entering);
      x = assembly.norm(path + ".norm.out", path + ".norm", norm, out);
      HeadLowering.logits(model, assembly, model.lm().orElseThrow(), path + ".", x);
    }
    assembly.region("");
  }

  /** Its own table of distances if the block has one, or that which all layers share. */
  private Optional<String> buckets(String layer, String mixer) {
    String own = layer + "." + mixer + ".buckets.weight";
    long last = model.last().depth() - 1;
    return assembly.has(own) ? Optional.of(own) : Parameters.bucketTable(model.last(), last, mixer);
  }

  /** The map that widens rows of the table to the stream. */
  private String projection() {
    return Parameters.inputPrefix(model, HeadLowering.reading(model)) + "embed.project_in";
  }
}
