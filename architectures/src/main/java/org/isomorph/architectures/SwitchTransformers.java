package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Router;
import org.isomorph.spec.Tower;

/**
 * Switch Transformers: T5 with a mixture of experts in some of its layers, one of which serves a
 * token. Fedus et al., arXiv 2101.03961.
 */
public final class SwitchTransformers implements Dialect {
  private static final String CLASS = "SwitchTransformersForConditionalGeneration";
  private static final long USUAL_CAPACITY = 64;

  @Override
  public String name() {
    return "switch";
  }

  @Override
  public String summary() {
    return "Switch Transformers: T5 with mixtures of which one expert serves a token";
  }

  @Override
  public List<String> aliases() {
    return List.of("switch-transformers");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("switch_transformers");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    if (!config.texts("architectures").isEmpty() && !config.texts("architectures").contains(CLASS))
      throw config.invalid("architectures", CLASS);
    if (config.flag("router_bias", false))
      throw config.invalid("router_bias", "false: a router's bias is not described");
    if (!config.text("router_dtype", "float32").equals("float32"))
      throw config.invalid("router_dtype", "float32");
    T5Like common = T5Like.reading(config);
    Dense dense = Dsl.mlp(common.hidden(), Activations.read(config, "dense_act_fn", "relu"));
    Mixture sparse =
        Dsl.moe(config.number("num_experts", 8), 1, dense)
            .router(Dsl.switchRouter(config.number("expert_capacity", USUAL_CAPACITY)));
    // Unlike T5's, a missing depth is no mirror of the encoder's.
    long decoderLayers =
        config.number(
            "num_decoder_layers", config.mentions("num_decoder_layers") ? common.layers() : 12);
    boolean tied = config.flag("tie_word_embeddings", true);
    return common.model(
        "switch",
        ffn(config, "encoder", common.layers(), dense, sparse),
        decoderLayers,
        ffn(config, "decoder", decoderLayers, dense, sparse),
        Dsl.lm().tied(tied).scale(tied ? common.scale() : 1));
  }

  /**
   * Which layers are sparse: the second and each that follows it by a step, or all where the step
   * is 1. The step follows from how many are wanted, unless it is written.
   */
  private static LongFunction<FeedForward> ffn(
      Config config, String tower, long layers, FeedForward dense, FeedForward sparse) {
    long wanted = config.number("num_sparse_" + tower + "_layers", 3);
    long step = config.number(tower + "_sparse_step", wanted > 0 ? layers / wanted : layers);
    return layer -> step > 0 && (step == 1 || layer % step == 1) ? sparse : dense;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Mixture mixture =
        model.towers().stream()
            .map(Outline::mixture)
            .filter(found -> found.router() instanceof Router.Switch)
            .findFirst()
            .orElse(Outline.mixture(model.last()));
    Config.Builder config =
        T5Like.write(model, "switch_transformers", CLASS)
            .set("dense_act_fn", Activations.name(outline.ffn().activation()))
            .set("num_experts", mixture.experts())
            .set(
                "expert_capacity",
                mixture.router() instanceof Router.Switch router
                    ? router.capacity()
                    : USUAL_CAPACITY)
            .set("router_bias", false)
            .set("router_dtype", "float32")
            .set("tie_word_embeddings", outline.tied());
    for (String side : List.of("encoder", "decoder"))
      steps(config, side, model.tower(side).orElse(model.last()));
    return config.build();
  }

  private static void steps(Config.Builder config, String side, Tower tower) {
    List<Boolean> sparse = tower.layers().map(block -> block.has(Mixture.class)).toList();
    int first = sparse.indexOf(true), layers = sparse.size();
    int second = first < 0 ? -1 : sparse.subList(first + 1, layers).indexOf(true);
    long step = first < 0 ? 0 : first == 0 ? 1 : second < 0 ? layers : second + 1;
    // None is no number that this family's code takes for none: the step has to say it.
    config.set("num_sparse_" + side + "_layers", step == 0 ? 0 : layers / step);
    config.set(side + "_sparse_step", step);
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows =
        T5Like.rows((block, parameter) -> {
          List<Row> layer = new ArrayList<>(dense(block + ".mlp.", parameter));
          layer.add(row(block + ".mlp.router.classifier.weight", parameter + ".router.weight"));
          layer.addAll(dense(block + ".mlp.experts.expert_{e}.", parameter + ".experts.{e}"));
          return layer;
        });
    rows.add(Row.copy(T5Like.HEAD, "embed.token.weight"));
    return rows;
  }

  private static List<Row> dense(String name, String parameter) {
    return List.of(
        row(name + "wi.weight", parameter + ".up.weight"),
        row(name + "wo.weight", parameter + ".down.weight"));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("switch-base-8");
  }
}
