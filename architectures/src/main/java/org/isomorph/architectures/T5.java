package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;

/**
 * T5: an encoder and a decoder with learned biases for buckets of distances. Raffel et al., arXiv
 * 1910.10683; T5 1.1 and Flan-T5 (arXiv 2210.11416) have gated feed-forward layers and a head of
 * their own.
 */
public final class T5 implements Dialect {
  private static final String GATED = "gated-";

  @Override
  public String name() {
    return "t5";
  }

  @Override
  public String summary() {
    return "T5, T5 1.1 and Flan-T5";
  }

  @Override
  public List<String> aliases() {
    return List.of("flan-t5");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("t5");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    List<String> classes = config.texts("architectures");
    if (!classes.isEmpty()
        && !classes.contains("T5ForConditionalGeneration")
        && !classes.contains("T5WithLMHeadModel"))
      throw config.invalid("architectures", "T5ForConditionalGeneration");
    T5Like common = T5Like.reading(config);
    FeedForward ffn = ffn(config, common.hidden());
    long decoderLayers = config.number("num_decoder_layers", common.layers());
    return common.model("t5", _ -> ffn, decoderLayers, _ -> ffn, head(config, tensors, common));
  }

  private static FeedForward ffn(Config config, long hidden) {
    String projection = config.text("feed_forward_proj", "relu");
    // By decree of the authors' code, a gated GELU is the approximated one.
    if (projection.equals("gated-gelu")) return Dsl.gated(hidden, Activation.GELU_TANH);
    boolean gated = projection.startsWith(GATED);
    Activation activation =
        Activations.named(gated ? projection.substring(GATED.length()) : projection)
            .orElseThrow(() ->
                config.invalid("feed_forward_proj", "an activation, or gated- and an activation"));
    return gated ? Dsl.gated(hidden, activation) : Dsl.mlp(hidden, activation);
  }

  /**
   * Whether the head is tied is for the files to say: T5 1.1's have one, whatever their
   * configuration says. Whether it is scaled is for the configuration.
   */
  private static Head.Lm head(Config config, TensorInfos tensors, T5Like common) {
    boolean says = config.flag("tie_word_embeddings", true);
    boolean tied = tensors.all().isPresent() ? tensors.lack(T5Like.HEAD) : says;
    boolean scaled = config.flag("scale_decoder_outputs", says);
    return Dsl.lm().tied(tied).scale(scaled ? common.scale() : 1);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    boolean scaled = T5Like.scales(model);
    Config.Builder config =
        T5Like.write(model, "t5", "T5ForConditionalGeneration")
            .set("feed_forward_proj", projection(outline.ffn()))
            .set("tie_word_embeddings", outline.tied());
    // Before version 5 there was no such key: a head was scaled if it was tied.
    if (spelling == Spelling.SINCE_5 || scaled != outline.tied())
      config.set("scale_decoder_outputs", scaled);
    return config.build();
  }

  private static String projection(FeedForward.Single ffn) {
    if (!(ffn instanceof Gated)) return Activations.name(ffn.activation());
    return ffn.activation() == Activation.GELU_TANH
        ? "gated-gelu"
        : GATED + Activations.name(ffn.activation());
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    boolean gated = Outline.of(model).ffn() instanceof Gated;
    return T5Like.rows((block, parameter) -> {
      String dense = block + ".DenseReluDense.";
      List<Row> rows = new ArrayList<>();
      if (gated) rows.add(row(dense + "wi_0.weight", parameter + ".gate.weight"));
      rows.add(row(dense + (gated ? "wi_1" : "wi") + ".weight", parameter + ".up.weight"));
      rows.add(row(dense + "wo.weight", parameter + ".down.weight"));
      return rows;
    });
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("t5-base", "flan-t5-base");
  }
}
