package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Projection;

/**
 * ViT: an encoder of image patches behind a class token. Dosovitskiy et al., arXiv 2010.11929.
 *
 * <p>The class in {@code architectures} says whether there is a classifier or a pooler; files may
 * hold more.
 */
public final class Vit implements Dialect {

  /** A bare ViTModel is saved without the prefix. */
  private static final PrefixedRows ROWS = new PrefixedRows("vit.");

  private static final List<ModelClass> CLASSES =
      List.of(
          ModelClass.of("ViTModel", "pooler"),
          ModelClass.of("ViTForImageClassification", "classes"));

  @Override
  public String name() {
    return "vit";
  }

  @Override
  public String summary() {
    return "ViT: an encoder of image patches, with its classifier or pooler";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("vit");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long width = config.number("hidden_size");
    Norm norm = Dsl.layerNorm(config.real("layer_norm_eps", 1e-12));
    Heads heads =
        Dsl.mha(config.number("num_attention_heads")).headDim(config.number("head_dim", 0));
    Heads attention = config.flag("qkv_bias", true) ? heads.biased() : heads.biased(Projection.O);
    var ffn =
        Dsl.mlp(config.number("intermediate_size"), Activations.read(config, "hidden_act", "gelu"))
            .biased();
    return Dsl.model(
            "vit",
            Dsl.tower("encoder", Mask.BIDIRECTIONAL, width, PatchKeys.read(config, 16))
                .layers(
                    config.number("num_hidden_layers"),
                    Dsl.block(norm).attention(attention).ffn(ffn)))
        .heads(heads(config, tensors, width));
  }

  private static List<Head> heads(Config config, TensorInfos tensors, long width) {
    Set<String> labels = ModelClass.heads(config, CLASSES);
    List<Head> heads = new ArrayList<>();
    if (BertLike.pools(labels, tensors, ROWS.prefix())) {
      if (config.number("pooler_output_size", width) != width)
        throw config.invalid("pooler_output_size", width + ", the width of the model");
      heads.add(new Head.Pooler(Activations.read(config, "pooler_act", "tanh")));
    }
    if (labels.contains("classes") || tensors.has("classifier.weight"))
      heads.add(Dsl.classes(Labels.count(config), Pooling.FIRST));
    return heads;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    long width = outline.tower().dim();
    Config.Builder config = Config.builder();
    ModelClass.write(config, model, CLASSES);
    config
        .set("model_type", "vit")
        .set("hidden_size", width)
        .set("num_hidden_layers", outline.tower().depth())
        .set("num_attention_heads", heads.heads())
        .set("intermediate_size", outline.ffn().hidden())
        .set("hidden_act", Activations.name(outline.ffn().activation()))
        .set("layer_norm_eps", outline.eps())
        .set("qkv_bias", heads.bias().contains(Projection.Q));
    // Otherwise no key: code before version 5 does not know it.
    if (heads.heads() * heads.headDim() != width) config.set("head_dim", heads.headDim());
    PatchKeys.write(config, outline.tower());
    for (Head head : model.heads())
      if (head instanceof Head.Pooler pooler)
        config.set("pooler_act", Activations.name(pooler.activation()));
    Labels.write(config, model);
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(ROWS.row("embeddings.cls_token", p("embed.class.weight").split(0, 1, 1, -1)));
    rows.add(
        ROWS.row("embeddings.position_embeddings", p("embed.position.weight").split(0, 1, -1)));
    rows.addAll(ROWS.weightAndBias("embeddings.patch_embeddings.projection", "embed.patch"));
    String layer = "encoder.layer.{i}.", block = "encoder.{i}.";
    rows.addAll(ROWS.weightAndBias(layer + "layernorm_before", block + "attn.norm"));
    rows.addAll(ROWS.weightAndBias(layer + "attention.attention.query", block + "attn.q"));
    rows.addAll(ROWS.weightAndBias(layer + "attention.attention.key", block + "attn.k"));
    rows.addAll(ROWS.weightAndBias(layer + "attention.attention.value", block + "attn.v"));
    rows.addAll(ROWS.weightAndBias(layer + "attention.output.dense", block + "attn.o"));
    rows.addAll(ROWS.weightAndBias(layer + "layernorm_after", block + "ffn.norm"));
    rows.addAll(ROWS.weightAndBias(layer + "intermediate.dense", block + "ffn.up"));
    rows.addAll(ROWS.weightAndBias(layer + "output.dense", block + "ffn.down"));
    rows.addAll(ROWS.weightAndBias("layernorm", "encoder.norm"));
    rows.addAll(ROWS.weightAndBias("pooler.dense", "pooler"));
    rows.addAll(Row.weightAndBias("classifier", "classes"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("vit-base-patch16-224");
  }
}
