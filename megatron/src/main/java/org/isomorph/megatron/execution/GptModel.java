package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import org.isomorph.megatron.MegatronException;

/** What the processes of a stage compute in one pass, as a chunk of {@code GPTModel} does. */
final class GptModel {
  static final String TABLE = "embedding.word_embeddings.weight";
  static final String HEAD = "output_layer.weight";
  private static final String POSITIONS = "embedding.position_embeddings.weight";

  private final TransformerConfig config;
  private final ParallelState parallel;
  private final Chunk chunk;
  private final Scope scope;
  private final boolean norms;

  /**
   * @param norms whether the norm behind the layers is in this chunk
   */
  GptModel(
      TransformerConfig config,
      ParallelState parallel,
      Chunk chunk,
      List<RankState> states,
      boolean norms) {
    this.config = config;
    this.parallel = parallel;
    this.chunk = chunk;
    this.scope = new Scope(states, parallel, config, OptionalInt.empty());
    this.norms = norms;
  }

  // ---- the table

  /** The residual stream at the beginning, shared as tokens are. */
  Matrix[] embed(List<Microbatch> batches) {
    Matrix[] own = new Matrix[parallel.processes()];
    for (int process = 0; process < own.length; process++)
      own[process] = ownRows(process, batches.get(process / parallel.tensor()));
    Matrix[] words = Collectives.sum(own, parallel.tensor());
    if (config.positions() == 0) return scope.scattered(words);
    return scope.scattered(
        Scope.each(
            words,
            (process, all) ->
                all.plus(positions(process, batches.get(process / parallel.tensor())))));
  }

  private int vocabularyShare() {
    return ParallelState.divide(
        config.padded(), parallel.tensor(), "rows of the padded vocabulary");
  }

  /** The rows of those tokens that are in the process's part of the vocabulary; others are zero. */
  private Matrix ownRows(int process, Microbatch batch) {
    int share = vocabularyShare(), first = parallel.tensorRank(process) * share;
    Weight table = scope.weight(process, TABLE, Partition.ROWS, share, config.hidden());
    Matrix rows = Matrix.zeros(batch.tokens().size(), config.hidden());
    for (int at = 0; at < rows.rows(); at++) {
      int token = batch.tokens().get(at);
      if (token < first || token >= first + share) continue;
      System.arraycopy(
          table.rows(token - first, 1), 0, rows.values(), at * config.hidden(), config.hidden());
    }
    return rows;
  }

  private Matrix positions(int process, Microbatch batch) {
    int most = config.positions();
    Weight table = scope.weight(process, POSITIONS, Partition.REPLICATED, most, config.hidden());
    int[] positions = batch.positions();
    Matrix rows = Matrix.zeros(positions.length, config.hidden());
    for (int at = 0; at < positions.length; at++) {
      if (positions[at] >= most)
        throw new MegatronException(
            "a sequence is longer than the %d positions that are learned".formatted(most));
      System.arraycopy(
          table.rows(positions[at], 1), 0, rows.values(), at * config.hidden(), config.hidden());
    }
    return rows;
  }

  // ---- the layers

  /**
   * @param after is told what the first process has of each replica's residual stream, whole
   */
  Matrix[] layers(Matrix[] x, List<Microbatch> batches, BiConsumer<Integer, Matrix[]> after) {
    Matrix[] stream = x;
    for (int local = 0; local < chunk.layers(); local++) {
      stream = layer(stream, batches, local);
      after.accept(chunk.first() + local, ofReplicas(scope.gathered(stream)));
    }
    return stream;
  }

  /** What the first process of each replica has. */
  private Matrix[] ofReplicas(Matrix[] x) {
    Matrix[] first = new Matrix[parallel.replicas()];
    for (int replica = 0; replica < first.length; replica++)
      first[replica] = x[replica * parallel.tensor()];
    return first;
  }

  private Matrix[] layer(Matrix[] x, List<Microbatch> batches, int local) {
    Scope here = scope.at(local);
    int layer = chunk.first() + local, hidden = config.hidden();
    Matrix[] normed = here.norm(x, "input_layernorm", hidden);
    Matrix[] attended =
        switch (config.attention()) {
          case SelfAttentionConfig heads ->
              new SelfAttention(here, heads).forward(normed, batches, layer);
          case LatentAttentionConfig latent ->
              new LatentAttention(here, latent).forward(normed, batches);
        };
    Matrix[] between = Scope.each(x, (process, own) -> own.plus(attended[process]));
    Matrix[] again = here.norm(between, "pre_mlp_layernorm", hidden);
    Matrix[] fed =
        config.isMixture(layer)
            ? new MixtureLayer(here, config.mixture().orElseThrow()).forward(again)
            : new Mlp(here, config.mlp(), "mlp.").forward(again);
    return Scope.each(between, (process, own) -> own.plus(fed[process]));
  }

  // ---- the end

  /** The norm behind the layers, where it is here. */
  Matrix[] norm(Matrix[] x) {
    return norms ? scope.norm(x, "decoder.final_layernorm", config.hidden()) : x;
  }

  /** The logits of each replica, without those of padding. */
  Matrix[] logits(Matrix[] x) {
    int share = vocabularyShare();
    // A stage that has the table has no copy of it.
    boolean table = config.tied() && chunk.embeds();
    Matrix[] own =
        Scope.each(
            scope.gathered(x),
            (process, all) ->
                Linear.apply(
                    all,
                    scope.weight(
                        process, table ? TABLE : HEAD, Partition.ROWS, share, config.hidden()),
                    Optional.empty()));
    Matrix[] all = ofReplicas(Collectives.gatherColumns(own, parallel.tensor()));
    Matrix[] logits = new Matrix[all.length];
    for (int i = 0; i < all.length; i++) logits[i] = all[i].columns(0, config.vocabulary());
    return logits;
  }
}
