package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Row;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Router;

/**
 * What the mixtures of Qwen 2 and 3 have in common: the keys of experts and router, those for which
 * layers are mixtures, and the names of the experts' tensors.
 */
final class QwenMixture {
  private final Config config;

  private QwenMixture(Config config) {
    this.config = config;
  }

  static QwenMixture reading(Config config) {
    return new QwenMixture(config);
  }

  /** A gated layer of experts' activation, as wide as a key says. */
  Gated gated(String key, long otherwise) {
    return Dsl.gated(config.number(key, otherwise), Activations.read(config, "hidden_act", "silu"));
  }

  /** The mixture without a shared expert; the numbers are for configurations that do not say. */
  Mixture mixture(long experts, long topK, long hidden) {
    return Dsl.moe(
            experts(experts),
            config.number("num_experts_per_tok", topK),
            gated("moe_intermediate_size", hidden))
        .router(Dsl.softmaxRouter(config.flag("norm_topk_prob", false), 1));
  }

  /** Transformers has two names for it, and writes either. */
  private long experts(long otherwise) {
    return config.number("num_experts", config.number("num_local_experts", otherwise));
  }

  /** What a layer has: every {@code decoder_sparse_step}-th a mixture, but for those listed. */
  FeedForward layer(long layer, Supplier<FeedForward> dense, Supplier<FeedForward> mixture) {
    long step = config.number("decoder_sparse_step", 1);
    boolean sparse =
        !config.numbers("mlp_only_layers").contains(layer)
            && experts(1) > 0
            && (layer + 1) % step == 0;
    return sparse ? mixture.get() : dense.get();
  }

  /**
   * Writes the keys; which layers are dense is told one by one. A model without any mixture is not
   * written as one of nothing but exceptions: its nearest here is one of mixtures.
   */
  static void write(Config.Builder config, Model model) {
    Mixture mixture = Outline.mixture(model.last());
    List<Long> dense =
        LongStream.range(0, model.last().depth())
            .filter(layer -> !model.last().layer(layer).has(Mixture.class))
            .boxed()
            .toList();
    if (dense.size() == model.last().depth()) dense = List.of();
    config
        .set("decoder_sparse_step", 1)
        .set("mlp_only_layers", dense)
        .set("moe_intermediate_size", mixture.expert().hidden())
        .set("num_experts", mixture.experts())
        .set("num_experts_per_tok", mixture.topK())
        .set(
            "norm_topk_prob",
            mixture.router() instanceof Router.Softmax softmax && softmax.renormalise());
  }

  static List<Row> rows() {
    String mlp = "model.layers.{i}.mlp.", ffn = "decoder.{i}.ffn.";
    List<Row> rows = new ArrayList<>();
    rows.add(row(mlp + "gate.weight", ffn + "router.weight"));
    rows.add(row(mlp + "shared_expert_gate.weight", ffn + "shared_gate.weight"));
    for (String part : List.of("gate", "up", "down")) {
      String stored = part + "_proj.weight", parameter = part + ".weight";
      rows.add(row(mlp + "experts.{e}." + stored, ffn + "experts.{e}." + parameter));
      rows.add(row(mlp + "shared_expert." + stored, ffn + "shared." + parameter));
    }
    return rows;
  }
}
