package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;

import java.util.List;
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
import org.isomorph.spec.Model;
import org.isomorph.spec.RelativePosition;

/**
 * Baichuan 1 and 2: LLaMA with fused queries, keys and values; the 13B models have ALiBi, Baichuan
 * 2 a normalised head. Yang et al., arXiv 2309.10305.
 *
 * <p>The four models are four programs behind one {@code model_type}. Published ones are told apart
 * by class name and size, as vLLM does; a checkpoint of other sizes must say what it is, in keys of
 * ours ({@code isomorph_positions}, {@code isomorph_norm_head}) that the reference code ignores.
 */
public final class Baichuan implements Dialect {
  private static final String POSITIONS = "isomorph_positions";
  private static final String NORM_HEAD = "isomorph_norm_head";
  private static final String FIRST_CLASS = "BaiChuanForCausalLM";
  private static final String LATER_CLASS = "BaichuanForCausalLM";
  private static final long WIDTH_7B = 4096;
  private static final long WIDTH_13B = 5120;
  private static final long VOCABULARY_1 = 64_000;
  private static final long VOCABULARY_2 = 125_696;

  /** Which of the four programs a configuration is for. */
  private record Program(boolean alibi, boolean normHead) {
    static Program of(Config config) {
      if (config.has(POSITIONS)) return new Program(alibi(config), config.flag(NORM_HEAD, false));
      String reference = config.text("_reference", "");
      if (!reference.isEmpty())
        return new Program(reference.endsWith("13B"), reference.startsWith("Baichuan2"));
      if (config.texts("architectures").contains(FIRST_CLASS)) return new Program(false, false);
      long width = config.number("hidden_size"), vocabulary = config.number("vocab_size");
      boolean published =
          (width == WIDTH_7B && vocabulary == VOCABULARY_2)
              || (width == WIDTH_13B && (vocabulary == VOCABULARY_1 || vocabulary == VOCABULARY_2));
      if (!published)
        throw config.invalid(
            POSITIONS,
            "\"rope\" or \"alibi\" (and "
                + NORM_HEAD
                + " true or false), because no published Baichuan is "
                + width
                + " wide with "
                + vocabulary
                + " tokens");
      return new Program(width == WIDTH_13B, vocabulary == VOCABULARY_2);
    }

    private static boolean alibi(Config config) {
      return switch (config.text(POSITIONS)) {
        case "alibi" -> true;
        case "rope" -> false;
        default -> throw config.invalid(POSITIONS, "\"rope\" or \"alibi\"");
      };
    }
  }

  @Override
  public String name() {
    return "baichuan";
  }

  @Override
  public String summary() {
    return "Baichuan 1 and 2, 7B (rotary) and 13B (ALiBi); Baichuan 2 with a normalised head";
  }

  @Override
  public List<String> aliases() {
    return List.of("baichuan2");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("baichuan");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Program program = Program.of(config);
    LlamaLike common = LlamaLike.reading(CausalHead.unscored(config, LATER_CLASS));
    // The code has no keys for rotary bases, head dimensions or key heads.
    Heads heads =
        Dsl.mha(config.number("num_attention_heads"))
            .position(program.alibi() ? Dsl.alibi() : Dsl.rope(10_000));
    Model model =
        common.model(
            "baichuan",
            common.block(),
            common.lm().normalised(program.normHead()),
            _ -> heads,
            _ -> common.ffn());
    return model.context(
        config.number("max_position_embeddings", config.number("model_max_length", 0)));
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    boolean alibi = Outline.of(model).heads().position() instanceof RelativePosition.Alibi;
    boolean normHead = model.lm().map(Head.Lm::isNormalised).orElse(false);
    Config.Builder config =
        Config.builder().set(POSITIONS, alibi ? "alibi" : "rope").set(NORM_HEAD, normHead);
    CausalHead.writeUnscored(
        config, model, "Baichuan", alibi || normHead ? LATER_CLASS : FIRST_CLASS);
    if (model.context() != 0) config.set("model_max_length", model.context());
    return LlamaLike.write(model, "baichuan", "Baichuan", spelling)
        .build()
        .with(config.build())
        .without(
            List.of(
                "num_key_value_heads",
                "head_dim",
                "rope_theta",
                "rope_scaling",
                "rope_parameters"));
  }

  @Override
  public List<Row> rows(Model model) {
    Row packed =
        row(
            "model.layers.{i}.self_attn.W_pack.weight",
            byPart(
                p("decoder.{i}.attn.q.weight"),
                p("decoder.{i}.attn.k.weight"),
                p("decoder.{i}.attn.v.weight")));
    return LlamaLike.table(
        LlamaLike.around(),
        LlamaLike.norms(),
        LlamaLike.attention("o"),
        LlamaLike.ffn("gate", "up", "down"),
        List.of(packed));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("baichuan-7b", "baichuan-13b", "baichuan2-7b", "baichuan2-13b");
  }
}
