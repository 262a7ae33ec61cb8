package org.isomorph.megatron.execution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.megatron.Megatron;
import org.isomorph.megatron.MegatronException;
import org.isomorph.megatron.Unread;
import org.isomorph.spec.Model;

/**
 * A checkpoint executed as Megatron-core would: all ranks of a stage in lockstep, stage after
 * stage, in float32 with float64 sums. Weights are read when they are needed, some rows at a time.
 *
 * <p>Where there are more processes than share a layer's matrices, as experts need them, each
 * replica of the layers has sequences of its own, or all have the same if there are not enough.
 */
public final class Execution {
  private final RankStates states;
  private final TransformerConfig config;
  private final ParallelState parallel;
  private final List<Chunk> chunks;

  private Execution(
      RankStates states, Config args, ParallelState parallel, TransformerConfig config) {
    this.states = states;
    this.config = config;
    this.parallel = parallel;
    this.chunks = StageLayers.of(args, parallel, config.layers());
  }

  /**
   * Opens a checkpoint; only headers are read.
   *
   * @param described arguments for files that have none
   * @param over arguments that count more than those in the files: another layout for the format
   *     {@code torch_dist}, or sequence parallelism
   * @throws MegatronException if Megatron could not build such a model
   */
  public static Execution open(Path directory, Optional<Config> described, Config over)
      throws IOException {
    RankStates states = RankStates.open(directory);
    Config args =
        states
            .args()
            .or(() -> described.map(config -> config.with(states.outline())))
            .orElseThrow(() ->
                new MegatronException(
                    directory
                        + ": the files have no arguments, so that nobody can tell what Megatron would build"))
            .with(over);
    Unread.check(args);
    ParallelState parallel = ParallelState.of(args, args.has("num_experts"));
    return new Execution(states, args, parallel, TransformerConfig.of(args));
  }

  /**
   * Opens a checkpoint; only headers are read.
   *
   * @param described a model whose arguments stand for those that files may lack
   */
  public static Execution open(Path directory, Model described) throws IOException {
    Expression expression = Expression.of(new Megatron(), described, Spelling.BEFORE_5);
    Optional<Config> args =
        expression instanceof Expression.Expressed yes
            ? Optional.of(yes.config())
            : Optional.empty();
    return open(directory, args, Config.builder().build());
  }

  /** How many layers there are. */
  public int layers() {
    return config.layers();
  }

  /** The width of the residual stream. */
  public int width() {
    return config.hidden();
  }

  /** The vocabulary without padding. */
  public int vocabulary() {
    return config.vocabulary();
  }

  /** How many processes are run. */
  public int ranks() {
    return Math.multiplyExact(parallel.processes(), parallel.stages());
  }

  /** How they share the model: {@code TP 2, PP 2}. */
  public String layout() {
    return parallel.toString();
  }

  /** Hears of the residual stream behind each layer, in order. */
  interface Listener {
    /**
     * Called behind a layer.
     *
     * @param found each sequence as it was computed, by one replica or by several
     */
    void layer(int layer, List<Computed> found);
  }

  /**
   * Values of one sequence.
   *
   * @param sequence which
   * @param rows a token each
   */
  record Computed(int sequence, Matrix rows) {}

  /** The logits (tokens, vocabulary) of each sequence, by each replica that had it. */
  List<Computed> run(List<List<Integer>> sequences, Listener listener) {
    for (List<Integer> sequence : sequences)
      for (int token : sequence)
        if (token < 0 || token >= config.vocabulary())
          throw new MegatronException(
              "token %d: expected one of a vocabulary of %d".formatted(token, config.vocabulary()));
    List<List<Integer>> shares = shares(sequences.size());
    List<Microbatch> batches = new ArrayList<>();
    for (List<Integer> share : shares)
      batches.add(
          Microbatch.of(
              share.stream().map(sequences::get).toList(),
              parallel.sequence() ? parallel.tensor() : 1));
    Matrix[] stream = new Matrix[0];
    Matrix[] logits = new Matrix[0];
    for (Chunk chunk : chunks) {
      List<RankState> loading = states.of(chunk, config, parallel);
      GptModel model = new GptModel(config, parallel, chunk, loading, norms(chunk));
      if (chunk.embeds()) stream = model.embed(batches);
      stream =
          model.layers(
              stream,
              batches,
              (layer, found) -> listener.layer(layer, computed(shares, batches, found)));
      stream = model.norm(stream);
      if (chunk.heads()) logits = model.logits(stream);
      loading.forEach(RankState::loaded);
    }
    return computed(shares, batches, logits);
  }

  /** The norm is behind the last layer; before layers for further tokens, if there are such. */
  private boolean norms(Chunk chunk) {
    return config.further()
        ? chunk.layers() > 0 && chunk.first() + chunk.layers() == config.layers()
        : chunk.heads();
  }

  /** Which sequences each replica has. */
  private List<List<Integer>> shares(int sequences) {
    List<List<Integer>> shares = new ArrayList<>();
    int replicas = parallel.replicas();
    for (int replica = 0; replica < replicas; replica++) {
      List<Integer> share = new ArrayList<>();
      for (int sequence = replica % sequences; sequence < sequences; sequence += replicas)
        share.add(sequence);
      shares.add(share);
    }
    return shares;
  }

  private static List<Computed> computed(
      List<List<Integer>> shares, List<Microbatch> batches, Matrix[] found) {
    List<Computed> computed = new ArrayList<>();
    for (int replica = 0; replica < found.length; replica++)
      for (int i = 0; i < shares.get(replica).size(); i++)
        computed.add(
            new Computed(shares.get(replica).get(i), batches.get(replica).of(i, found[replica])));
    return computed;
  }
}
