package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tokens;

/**
 * What GLM-130B and ChatGLM-6B have in common: a prefix that is seen whole, rotary positions,
 * residuals of the normalised stream, biases everywhere, and the names of keys and tensors. Du et
 * al., arXiv 2103.10360.
 */
final class PrefixGlm {
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD, Role.MASK, Role.GMASK};
  private static final String LAYER = "transformer.layers.{i}.";

  private PrefixGlm() {}

  /**
   * The model that a configuration describes.
   *
   * @param alpha what the normalised stream is multiplied by in residuals
   */
  static Model model(
      Config config,
      String name,
      double alpha,
      Tokens.Numbering numbering,
      Rope rope,
      FeedForward ffn,
      Head head) {
    Heads attention = Dsl.mha(config.number("num_attention_heads")).biased().position(rope);
    Model model =
        // The context ends with [MASK] or [gMASK], and what is generated begins with BOS.
        Dsl.prefix(
                name,
                config.number("vocab_size"),
                config.number("hidden_size"),
                Dsl.before(Role.BOS))
            .embed(tokens -> tokens.numbering(numbering))
            .layers(
                config.number("num_layers"),
                Dsl.glmNorm(Dsl.layerNorm(config.real("layernorm_epsilon", 1e-5)), alpha)
                    .attention(attention)
                    .ffn(ffn))
            .head(head)
            .context(config.number("max_sequence_length", 0));
    return Roles.read(model, config, ROLES);
  }

  static Config.Builder write(Model model, String modelType) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        Config.builder()
            .set("model_type", modelType)
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_layers", outline.tower().depth())
            .set("num_attention_heads", outline.heads().heads())
            .set("inner_hidden_size", outline.ffn().hidden())
            .set("layernorm_epsilon", outline.eps());
    if (model.context() != 0) config.set("max_sequence_length", model.context());
    Roles.write(config, model, ROLES);
    return config;
  }

  /** The rows of everything but the first map of feed-forward layers, and the head. */
  static List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("transformer.word_embeddings.weight", "embed.token.weight"));
    both(rows, "input_layernorm", "attn.norm");
    both(rows, "attention.dense", "attn.o");
    both(rows, "post_attention_layernorm", "ffn.norm");
    both(rows, "mlp.dense_4h_to_h", "ffn.down");
    rows.addAll(FusedHeads.rows(model, Row::row, LAYER + "attention.query_key_value"));
    rows.addAll(Row.weightAndBias("transformer.final_layernorm", "decoder.norm"));
    // The rotary frequencies, which follow from the configuration.
    rows.add(Row.ignored("transformer\\.layers\\.\\d+\\.attention\\.rotary_emb\\.inv_freq"));
    return rows;
  }

  private static void both(List<Row> rows, String name, String parameter) {
    rows.addAll(Row.weightAndBias(LAYER + name, "decoder.{i}." + parameter));
  }
}
