package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/**
 * Mixtral: Mistral with a mixture of experts in every layer, two of which serve a token. Jiang et
 * al., arXiv 2401.04088.
 */
public final class Mixtral implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 8;

  /** Experts' parts on disk, and what they are. */
  private static final Map<String, String> EXPERT = Map.of("w1", "gate", "w2", "down", "w3", "up");

  @Override
  public String name() {
    return "mixtral";
  }

  @Override
  public String summary() {
    return "Mixtral: Mistral with a mixture of experts in every layer";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("mixtral");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    // Unlike Mistral's, a missing window is none.
    Heads attention =
        common
            .attention(USUAL_KEY_VALUE_HEADS, 0)
            .position(RopeKeys.read(config, 1e6, common.context()))
            .window(config.optionalNumber("sliding_window"));
    Mixture mixture =
        Dsl.moe(
            config.number("num_local_experts", 8),
            config.number("num_experts_per_tok", 2),
            common.ffn());
    return common.model("mixtral", _ -> attention, _ -> mixture);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "mixtral", "Mixtral", spelling);
    Mixture mixture = Outline.mixture(model.last());
    config
        .set("num_local_experts", mixture.experts())
        .set("num_experts_per_tok", mixture.topK())
        .set("intermediate_size", mixture.expert().hidden());
    SlidingLayers.write(config, Outline.of(model).heads().window());
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    String mixture = "model.layers.{i}.block_sparse_moe.";
    List<Row> rows = new ArrayList<>();
    rows.add(row(mixture + "gate.weight", "decoder.{i}.ffn.router.weight"));
    EXPERT.forEach((stored, part) ->
        rows.add(
            row(
                mixture + "experts.{e}." + stored + ".weight",
                "decoder.{i}.ffn.experts.{e}." + part + ".weight")));
    return LlamaLike.rows(rows);
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("mixtral-8x7b");
  }
}
