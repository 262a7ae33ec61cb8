package org.isomorph.megatron;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;
import org.isomorph.spec.Rope;

/** The arguments of attention with plain heads; those of latent attention are apart. */
final class AttentionArguments {
  private static final String LATENT = "multi_latent_attention";
  private static final String GROUPED = "group_query_attention";
  private static final String WINDOW = "window_size";
  private static final String WINDOW_LAYERS = "window_attn_skip_freq";
  private static final String POSITIONS = "position_embedding_type";
  private static final String LEARNED = "learned_absolute";
  private static final String ROTARY = "rope";

  private final Config config;

  private AttentionArguments(Config config) {
    this.config = config;
  }

  static AttentionArguments reading(Config config) {
    return new AttentionArguments(config);
  }

  /** The positions that are added to the input. */
  AbsolutePosition absolute() {
    return switch (positions()) {
      case LEARNED -> Dsl.learned(config.number("max_position_embeddings"));
      case ROTARY, "none", "yarn" -> AbsolutePosition.NONE;
      default -> throw config.invalid(POSITIONS, "learned_absolute, rope or none");
    };
  }

  private String positions() {
    return config.flag("use_rotary_position_embeddings", false)
        ? ROTARY
        : config.text(POSITIONS, LEARNED);
  }

  /** The attention of a layer. */
  Attention layer(long layer) {
    if (config.flag(LATENT, false)) return LatentArguments.read(config);
    long count = config.number("num_attention_heads");
    long groups = config.flag(GROUPED, false) ? config.number("num_query_groups", 1) : count;
    long width = config.number("hidden_size");
    Heads heads =
        Dsl.gqa(count, groups)
            .headDim(config.number("kv_channels", width / Math.max(1, count)))
            .bias(bias())
            .window(window(layer));
    if (positions().equals("yarn"))
      throw config.invalid(POSITIONS, "rope: yarn is described for latent attention alone");
    if (positions().equals(ROTARY)) {
      heads = heads.position(RopeArguments.read(config, heads.headDim()));
    }
    return config.flag("qk_layernorm", false) ? heads.qkNorm(NormArguments.read(config)) : heads;
  }

  private Set<Projection> bias() {
    if (config.flag("add_bias_linear", true)) return Set.of(Projection.values());
    return config.flag("add_qkv_bias", false)
        ? Set.of(Projection.Q, Projection.K, Projection.V)
        : Set.of();
  }

  private OptionalLong window(long layer) {
    List<Long> sides = config.numbers(WINDOW);
    if (sides.isEmpty() || !hasWindow(layer)) return OptionalLong.empty();
    if (sides.size() != 2 || sides.get(1) > 0)
      throw config.invalid(WINDOW, "the tokens before a query that it sees, and 0 behind it");
    // Megatron counts the tokens before the query, the description the query too.
    return sides.getFirst() < 0 ? OptionalLong.empty() : OptionalLong.of(sides.getFirst() + 1);
  }

  /** Megatron counts layers from 1: every n-th has none, or a list says it of each. */
  private boolean hasWindow(long layer) {
    List<Long> which = config.numbers(WINDOW_LAYERS);
    if (which.isEmpty()) return true;
    if (which.size() == 1) return (layer + 1) % which.getFirst() != 0;
    if (layer >= which.size())
      throw config.invalid(
          WINDOW_LAYERS, "a number for each of the %d layers".formatted(layer + 1));
    return which.get((int) layer) != 0;
  }

  // ---- model to arguments

  static void write(Config.Builder config, Model model) {
    Outline outline = Outline.of(model);
    Latent latent = Outline.first(outline.tower(), Latent.class, LatentArguments.NONE);
    boolean isLatent = !latent.equals(LatentArguments.NONE);
    config.set(LATENT, isLatent);
    if (isLatent) {
      LatentArguments.write(config, latent, outline.norm());
      return;
    }
    Heads heads = outline.heads();
    boolean all = heads.bias().contains(Projection.O);
    config
        .set("num_attention_heads", heads.heads())
        .set(GROUPED, heads.keyValueHeads() != heads.heads())
        .set("num_query_groups", heads.keyValueHeads())
        .set("kv_channels", heads.headDim())
        .set("add_bias_linear", all || outline.ffn().bias())
        .set("add_qkv_bias", !all && !heads.bias().isEmpty())
        .set("qk_layernorm", heads.qkNorm().isPresent());
    boolean rotary = heads.position() instanceof Rope;
    boolean learned =
        model.tokens().map(t -> t.position() instanceof AbsolutePosition.Learned).orElse(false);
    config
        .set(POSITIONS, rotary ? ROTARY : learned ? LEARNED : "none")
        .set("add_position_embedding", learned)
        .set("use_rotary_position_embeddings", rotary);
    if (rotary) RopeArguments.write(config, outline.rope(), heads.headDim());
    writeWindows(config, model);
  }

  private static void writeWindows(Config.Builder config, Model model) {
    long[] windows =
        model
            .last()
            .layers()
            .mapToLong(block ->
                block
                    .mixers()
                    .filter(Heads.class::isInstance)
                    .mapToLong(AttentionArguments::window)
                    .findFirst()
                    .orElse(0))
            .toArray();
    long widest = Arrays.stream(windows).max().orElse(0);
    if (widest == 0) return;
    config.set(WINDOW, List.of(widest - 1, 0));
    if (Arrays.stream(windows).anyMatch(window -> window == 0))
      config.set(
          WINDOW_LAYERS, Arrays.stream(windows).mapToObj(window -> window == 0 ? 0 : 1).toList());
  }

  private static long window(Mixer mixer) {
    return mixer instanceof Heads heads ? heads.window().orElse(0) : 0;
  }
}
