package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import org.isomorph.dialect.Config;

/**
 * What a model's modules are built from, read as Megatron makes it of its arguments.
 *
 * @param layers of the decoder
 * @param hidden the width of the residual stream
 * @param vocabulary without padding
 * @param padded rows of the token table, over all ranks
 * @param tied whether the logits use the token table
 * @param further whether layers that predict further tokens follow: they are not run
 * @param positions how many positions are learned and added to the tokens; 0 for none
 * @param norm of the residual stream
 * @param bias whether linear layers have a bias
 * @param engine whether norms are part of the projections behind them, as TransformerEngine's are
 * @param grouped whether experts are one module
 * @param attention of each layer
 * @param mlp of layers that are no mixture
 * @param mixture of those that are
 */
record TransformerConfig(
    int layers,
    int hidden,
    int vocabulary,
    int padded,
    boolean tied,
    boolean further,
    int positions,
    Normalization norm,
    boolean bias,
    boolean engine,
    boolean grouped,
    AttentionConfig attention,
    MlpConfig mlp,
    Optional<MixtureConfig> mixture) {
  static TransformerConfig of(Config args) {
    Normalization norm = Normalization.of(args);
    boolean mixture = args.has("num_experts");
    return new TransformerConfig(
        integer(args, "num_layers"),
        integer(args, "hidden_size"),
        integer(args, "vocab_size"),
        integer(args, "padded_vocab_size"),
        !args.flag("untie_embeddings_and_output_weights", false),
        args.number("mtp_num_layers", 0) > 0,
        AttentionConfig.positions(args).equals("learned_absolute")
            ? integer(args, "max_position_embeddings")
            : 0,
        norm,
        args.flag("add_bias_linear", true),
        args.text("transformer_impl", "local").equals("transformer_engine"),
        args.flag("moe_grouped_gemm", false),
        args.flag("multi_latent_attention", false)
            ? LatentAttentionConfig.of(args)
            : SelfAttentionConfig.of(args),
        MlpConfig.of(args, args.number("ffn_hidden_size", 4 * args.number("hidden_size"))),
        mixture ? Optional.of(MixtureConfig.of(args)) : Optional.empty());
  }

  /** A size that must be there, and that an array can have. */
  static int integer(Config args, String key) {
    return integer(args, key, args.number(key));
  }

  static int integer(Config args, String key, long value) {
    if (value < 1 || value > Integer.MAX_VALUE) throw args.invalid(key, "a size of at least 1");
    return (int) value;
  }

  /** Whether a layer, counted from 0, is a mixture. */
  boolean isMixture(int layer) {
    return mixture.map(each -> each.isIn(layer)).orElse(false);
  }

  /** Whether an argument that is one number, or one for each layer, is set for a layer. */
  static boolean each(List<Long> which, int layer, String key, Config args) {
    if (layer >= which.size()) throw args.invalid(key, "a number for each layer");
    return which.get(layer) != 0;
  }
}
