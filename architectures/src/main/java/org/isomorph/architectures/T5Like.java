package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tower;

/**
 * What T5 and Switch Transformers have in common: an encoder and a decoder with learned biases for
 * buckets of distances, and the names of their tensors. Each says what its feed-forward layers are.
 */
final class T5Like {
  /** The head, where it is not the token table. */
  static final String HEAD = "lm_head.weight";

  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD, Role.DECODER_START};
  private static final RelativePosition.Buckets USUAL = Dsl.buckets(32, 128);

  private final Config config;

  private T5Like(Config config) {
    this.config = config;
  }

  static T5Like reading(Config config) {
    return new T5Like(config);
  }

  // ---- configuration to model

  long layers() {
    return config.number("num_layers");
  }

  long hidden() {
    return config.number("d_ff");
  }

  /** What a tied head's logits are multiplied by. */
  double scale() {
    return Math.pow((double) config.number("d_model"), -0.5);
  }

  /** The model whose layers have these feed-forward layers, by their index. */
  Model model(
      String name,
      LongFunction<FeedForward> encoderFfn,
      long decoderLayers,
      LongFunction<FeedForward> decoderFfn,
      Head head) {
    Norm norm = Dsl.rms(config.real("layer_norm_epsilon", 1e-6));
    // Scores are not scaled: the initial weights were.
    Heads plain = Dsl.mha(config.number("num_heads")).headDim(config.number("d_kv", 64)).scale(1);
    Heads self =
        plain.position(
            Dsl.buckets(
                config.number("relative_attention_num_buckets", USUAL.buckets()),
                config.number("relative_attention_max_distance", USUAL.maxDistance())));
    Model model =
        Dsl.seq2seq(
                name,
                config.number("vocab_size"),
                config.number("d_model"),
                encoder ->
                    encoder.layers(
                        layers(),
                        layer -> Dsl.block(norm).attention(self).ffn(encoderFfn.apply(layer))),
                decoder ->
                    decoder.layers(
                        decoderLayers,
                        layer ->
                            Dsl.block(norm)
                                .attention(self)
                                .cross(plain)
                                .ffn(decoderFfn.apply(layer))))
            .head(head)
            .context(config.number("n_positions", 0));
    return Roles.read(model, config, ROLES);
  }

  // ---- model to configuration

  /** The keys that both families have, but for those of feed-forward layers and the head. */
  static Config.Builder write(Model model, String modelType, String modelClass) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    RelativePosition.Buckets buckets =
        heads.position() instanceof RelativePosition.Buckets found ? found : USUAL;
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of(modelClass))
            .set("model_type", modelType)
            .set("is_encoder_decoder", true)
            .set("vocab_size", outline.vocabulary())
            .set("d_model", outline.tower().dim())
            .set("d_kv", heads.headDim())
            .set("d_ff", outline.ffn().hidden())
            .set("num_layers", model.tower("encoder").map(Tower::depth).orElse(1L))
            .set("num_decoder_layers", outline.tower().depth())
            .set("num_heads", heads.heads())
            .set("relative_attention_num_buckets", buckets.buckets())
            .set("relative_attention_max_distance", buckets.maxDistance())
            .set("layer_norm_epsilon", outline.eps());
    if (model.context() != 0) config.set("n_positions", model.context());
    Roles.write(config, model, ROLES);
    return config;
  }

  /** Whether a model multiplies its logits. */
  static boolean scales(Model model) {
    return model.lm().map(lm -> lm.scale() != 1).orElse(false);
  }

  // ---- tensors

  /**
   * The rows of both families.
   *
   * @param ffn the rows of a feed-forward layer, from what the names of its tensors and of its
   *     parameters begin with
   */
  static List<Row> rows(BiFunction<String, String, List<Row>> ffn) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("shared.weight", "embed.token.weight"));
    for (String tower : List.of("encoder", "decoder")) {
      String block = tower + ".block.{i}.layer.", layer = tower + ".{i}.";
      attention(rows, block + "0", "SelfAttention", layer + "attn");
      // Only the first block has a table, which all blocks read.
      rows.add(
          row(
              block + "0.SelfAttention.relative_attention_bias.weight",
              layer + "attn.buckets.weight"));
      if (tower.equals("decoder")) attention(rows, block + "1", "EncDecAttention", layer + "cross");
      String last = block + (tower.equals("encoder") ? "1" : "2");
      rows.add(row(last + ".layer_norm.weight", layer + "ffn.norm.weight"));
      rows.addAll(ffn.apply(last, layer + "ffn"));
      rows.add(row(tower + ".final_layer_norm.weight", tower + ".norm.weight"));
      // Old files repeat the shared table.
      rows.add(Row.copy(tower + ".embed_tokens.weight", "embed.token.weight"));
    }
    rows.add(row(HEAD, "head.weight"));
    // A table of the first published files that no version of the code has read.
    rows.add(
        Row.ignored(
            "decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight"));
    return rows;
  }

  private static void attention(List<Row> rows, String block, String name, String parameter) {
    rows.add(row(block + ".layer_norm.weight", parameter + ".norm.weight"));
    for (String part : List.of("q", "k", "v", "o"))
      rows.add(
          row(block + "." + name + "." + part + ".weight", parameter + "." + part + ".weight"));
  }
}
