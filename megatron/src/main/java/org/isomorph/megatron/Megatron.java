package org.isomorph.megatron;

import java.util.List;
import java.util.Optional;
import org.isomorph.dialect.Arrangement;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Storage;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.sharding.Sharding;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Role;

/**
 * The decoders of Megatron-core, as its {@code GPTModel} computes them. Shoeybi et al., arXiv
 * 1909.08053; Narayanan et al., arXiv 2104.04473.
 *
 * <p>The configuration is what Megatron calls {@code args}: the arguments of the training program,
 * which each rank's file has among the weights. Keys that no computation depends on are kept.
 */
public final class Megatron implements Dialect {
  /** What the family is called. */
  public static final String NAME = "megatron";

  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Megatron-core's decoders, in ranks: torch and torch_dist";
  }

  @Override
  public List<String> aliases() {
    return List.of("mcore", "megatron-core");
  }

  @Override
  public boolean tellsDType() {
    return false;
  }

  @Override
  public Optional<Storage> storage() {
    return Optional.of(new MegatronStorage());
  }

  @Override
  public Arrangement files(long maxShardBytes) {
    return MegatronFiles.usual();
  }

  @Override
  public Arrangement files(Sharding sharding) {
    throw new DialectException(
        "Megatron reads no such files: write the format torch or torch_dist");
  }

  @Override
  public boolean reads(Config config) {
    return config.has("num_layers")
        && config.has("hidden_size")
        && config.has("padded_vocab_size")
        && !config.has("model_type");
  }

  // ---- arguments to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Unread.check(config);
    long width = config.number("hidden_size");
    AttentionArguments attention = AttentionArguments.reading(config);
    FeedForwardArguments ffn = FeedForwardArguments.reading(config);
    Norm norm = NormArguments.read(config);
    long further = config.number("mtp_num_layers", 0);
    Model model =
        Dsl.causal(NAME, vocabulary(config), width)
            .embed(tokens -> tokens.position(attention.absolute()))
            .layers(
                config.number("num_layers"),
                layer -> Dsl.block(norm).attention(attention.layer(layer)).ffn(ffn.layer(layer)))
            .finalNorm(norm)
            .head(Dsl.lm().tied(!config.flag("untie_embeddings_and_output_weights", false)))
            .context(config.number("max_position_embeddings", 0));
    return Roles.read(further > 0 ? model.head(Dsl.nextTokens(further)) : model, config, ROLES);
  }

  private static long vocabulary(Config config) {
    if (config.has("vocab_size")) return config.number("vocab_size");
    throw config.invalid(
        "vocab_size",
        "the vocabulary without padding, as padded_vocab_size is with it; name a configuration with --config");
  }

  // ---- model to arguments

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config = Config.builder();
    config
        .set("num_layers", outline.tower().depth())
        .set("hidden_size", outline.tower().dim())
        .set("vocab_size", outline.vocabulary())
        .set("padded_vocab_size", outline.vocabulary())
        .set("untie_embeddings_and_output_weights", !outline.tied())
        .set("max_position_embeddings", outline.positions())
        .set("seq_length", outline.positions());
    NormArguments.write(config, outline.norm());
    AttentionArguments.write(config, model);
    FeedForwardArguments.write(config, model);
    if (model.furtherTokens() > 0) config.set("mtp_num_layers", model.furtherTokens());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    return MegatronRows.of(model);
  }
}
