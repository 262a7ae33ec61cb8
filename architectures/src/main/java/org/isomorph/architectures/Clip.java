package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tower;

/**
 * CLIP: a causal tower of text and a tower of image patches, projected into one space and compared.
 * Radford et al., arXiv 2103.00020.
 */
public final class Clip implements Dialect {
  private static final String CLASS = "CLIPModel";
  private static final String END = "eos_token_id";
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  /** The end token of the first configurations, which it is not: theirs is the greatest id. */
  private static final long MISTAKEN_END = 2;

  /** What the code takes where a tower's section does not say. */
  private record Usual(String section, String tensors, long width, long hidden, long heads) {}

  private static final Usual TEXT = new Usual("text", "text_model.", 512, 2048, 8);
  private static final Usual VISION = new Usual("vision", "vision_model.", 768, 3072, 12);

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public String summary() {
    return "CLIP: text and images in one space";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("clip");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    if (!config.texts("architectures").isEmpty() && !config.texts("architectures").contains(CLASS))
      throw config.invalid("architectures", CLASS);
    Config text = section(config, TEXT), vision = section(config, VISION);
    long positions = text.number("max_position_embeddings", 77);
    long end = text.number(END, 49_407);
    long width = config.number("projection_dim", 512);
    Model model =
        Dsl.model(
                "clip",
                layers(
                    text,
                    TEXT,
                    Dsl.tower(
                        "text",
                        Mask.CAUSAL,
                        width(text, TEXT),
                        Dsl.tokens(text.number("vocab_size", 49_408))
                            .position(Dsl.learned(positions)))),
                layers(
                    vision,
                    VISION,
                    Dsl.tower(
                        "vision",
                        Mask.BIDIRECTIONAL,
                        width(vision, VISION),
                        PatchKeys.read(vision, 32).unbiased().norm(norm(vision)))))
            .head(
                Dsl.project("text", width, end == MISTAKEN_END ? Pooling.GREATEST_ID : Pooling.EOS))
            .head(Dsl.project("vision", width, Pooling.FIRST))
            .head(Dsl.similarity())
            .context(positions);
    return Roles.read(model, text, ROLES).role(Role.EOS, end);
  }

  /** A tower's keys; the older place counts whole where there is one. */
  private static Config section(Config config, Usual usual) {
    Optional<Config> older = config.section(usual.section() + "_config_dict");
    return older
        .or(() -> config.section(usual.section() + "_config"))
        .orElseGet(() -> Config.builder().build());
  }

  private static long width(Config config, Usual usual) {
    return config.number("hidden_size", usual.width());
  }

  private static Norm norm(Config config) {
    return Dsl.layerNorm(config.real("layer_norm_eps", 1e-5));
  }

  private static Tower layers(Config config, Usual usual, Tower tower) {
    return tower.layers(
        config.number("num_hidden_layers", 12),
        Dsl.block(norm(config))
            .attention(Dsl.mha(config.number("num_attention_heads", usual.heads())).biased())
            .ffn(
                Dsl.mlp(
                        config.number("intermediate_size", usual.hidden()),
                        Activations.read(config, "hidden_act", "quick_gelu"))
                    .biased()));
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Tower vision = model.tower(VISION.section()).orElse(model.last());
    Config.Builder text =
        section(model, model.tower(TEXT.section()).orElse(model.last()), "clip_text_model");
    Outline outline = Outline.of(model);
    text.set("vocab_size", outline.vocabulary())
        .set("max_position_embeddings", outline.positions());
    Roles.write(text, model, ROLES);
    // The code compares with one id.
    if (model.ids(Role.EOS).size() > 1) text.set(END, model.ids(Role.EOS).getFirst());
    if (poolsGreatest(model)) text.set(END, MISTAKEN_END);
    Config.Builder image = section(model, vision, "clip_vision_model");
    PatchKeys.write(image, vision);
    return Config.builder()
        .set("architectures", List.of(CLASS))
        .set("model_type", "clip")
        .set("projection_dim", projected(model))
        .set("text_config", text.build())
        .set("vision_config", image.build())
        .build();
  }

  private static Config.Builder section(Model model, Tower tower, String modelType) {
    Outline outline = Outline.of(model, tower);
    return Config.builder()
        .set("model_type", modelType)
        .set("hidden_size", tower.dim())
        .set("intermediate_size", outline.ffn().hidden())
        .set("num_hidden_layers", tower.depth())
        .set("num_attention_heads", outline.heads().heads())
        .set("hidden_act", Activations.name(outline.ffn().activation()))
        .set("layer_norm_eps", outline.eps());
  }

  private static boolean poolsGreatest(Model model) {
    return model.heads().stream().anyMatch(head -> head.pooling() == Pooling.GREATEST_ID);
  }

  private static long projected(Model model) {
    return model.heads().stream()
        .filter(Head.Project.class::isInstance)
        .map(Head.Project.class::cast)
        .mapToLong(Head.Project::width)
        .findFirst()
        .orElse(1);
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    String text = TEXT.tensors(), vision = VISION.tensors();
    rows.add(row(text + "embeddings.token_embedding.weight", "text.embed.token.weight"));
    rows.add(row(text + "embeddings.position_embedding.weight", "text.embed.position.weight"));
    layers(rows, text, "text");
    rows.addAll(Row.weightAndBias(text + "final_layer_norm", "text.norm"));
    rows.add(row(vision + "embeddings.class_embedding", "vision.embed.class.weight"));
    rows.add(row(vision + "embeddings.patch_embedding.weight", "vision.embed.patch.weight"));
    rows.add(row(vision + "embeddings.position_embedding.weight", "vision.embed.position.weight"));
    // Misspelled in all files.
    rows.addAll(Row.weightAndBias(vision + "pre_layrnorm", "vision.embed.norm"));
    layers(rows, vision, "vision");
    rows.addAll(Row.weightAndBias(vision + "post_layernorm", "vision.norm"));
    rows.add(row("text_projection.weight", "project.text.weight"));
    rows.add(row("visual_projection.weight", "project.vision.weight"));
    rows.add(row("logit_scale", "logit_scale"));
    // 0, 1, 2, ..., which old files hold as buffers.
    rows.add(Row.ignored("(text|vision)_model\\.embeddings\\.position_ids"));
    return rows;
  }

  private static void layers(List<Row> rows, String prefix, String tower) {
    String layer = prefix + "encoder.layers.{i}.", block = tower + ".{i}.";
    rows.addAll(Row.weightAndBias(layer + "layer_norm1", block + "attn.norm"));
    for (String part : List.of("q", "k", "v"))
      rows.addAll(Row.weightAndBias(layer + "self_attn." + part + "_proj", block + "attn." + part));
    rows.addAll(Row.weightAndBias(layer + "self_attn.out_proj", block + "attn.o"));
    rows.addAll(Row.weightAndBias(layer + "layer_norm2", block + "ffn.norm"));
    rows.addAll(Row.weightAndBias(layer + "mlp.fc1", block + "ffn.up"));
    rows.addAll(Row.weightAndBias(layer + "mlp.fc2", block + "ffn.down"));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("clip-vit-base-patch32", "clip-vit-large-patch14");
  }
}
