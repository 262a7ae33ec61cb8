package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.proof.Report.Outcome.EVERYWHERE;
import static org.isomorph.proof.Report.Outcome.ONE_PLACE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Report;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong when models are converted by hand, and where it is found. */
class MistakesTest {
  /** What the mistake does to a checkpoint. */
  private interface Damage {
    void to(Crafted checkpoint);
  }

  /**
   * A mistake.
   *
   * @param family that the golden is converted to first; its own for none
   * @param value the first that is wrong
   */
  record Mistake(
      String name,
      String golden,
      String family,
      Damage damage,
      Report.Outcome outcome,
      String value) {
    @Override
    public String toString() {
      return name + " (" + golden + " to " + family + ")";
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("mistakes")
  void isFoundWhereItIsMade(Mistake mistake) throws IOException {
    Path source = Goldens.directory(mistake.golden());
    Path converted = folder.resolve("converted");
    Conversions.convert(source, converted, mistake.family());
    assertThat(compared(source, converted).outcome()).isEqualTo(Report.Outcome.SAME);
    Crafted crafted = Crafted.from(converted);
    mistake.damage().to(crafted);
    Report report = compared(source, crafted.write(folder.resolve("wrong")));
    assertThat(report.fault().map(Report.Fault::value)).contains(mistake.value());
    assertThat(report.outcome()).isEqualTo(mistake.outcome());
    // A mistake in weights is told by the weights, one in the description by the description.
    assertThat(report.weights().size() + report.descriptions().size()).isPositive();
  }

  private static Report compared(Path one, Path other) throws IOException {
    Checkpoint reference = Goldens.open(one), candidate = Goldens.open(other);
    return Comparison.between(reference, candidate, Map.of(), ProgressListener.NONE);
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(swapped(), attention(), described(), around()).flatMap(each -> each);
  }

  /** Tensors in each other's place. */
  private static Stream<Mistake> swapped() {
    return Stream.of(
        new Mistake(
            "gate and up are swapped",
            "llama",
            "qwen2",
            to -> to.swap(llama(1, "mlp.gate_proj"), llama(1, "mlp.up_proj")),
            ONE_PLACE,
            "decoder.1.ffn.gate"),
        new Mistake(
            "gate and up are packed the other way round",
            "llama",
            "phi3",
            to -> to.edit(llama(2, "mlp.gate_up_proj"), rows(32, row -> (row + 48) % 96)),
            ONE_PLACE,
            "decoder.2.ffn.gate"),
        new Mistake(
            "layers are off by one",
            "llama",
            "mistral",
            to -> {
              for (String part : Llama7.PARTS) {
                to.swap(llama(0, part), llama(1, part));
                to.swap(llama(1, part), llama(2, part));
              }
            },
            EVERYWHERE,
            "decoder.0.attn.norm.out"),
        new Mistake(
            "experts are in another order",
            "mixtral",
            "mixtral",
            to -> {
              for (String part : new String[] {"w1", "w2", "w3"})
                to.swap(expert(0, part), expert(1, part));
            },
            ONE_PLACE,
            "decoder.1.ffn.out"),
        new Mistake(
            "routers are in another order",
            "mixtral",
            "mixtral",
            to -> to.edit(llama(0, "block_sparse_moe.gate"), rows(32, row -> (row + 1) % 4)),
            ONE_PLACE,
            "decoder.0.ffn.router"),
        new Mistake(
            "the routers' corrections are lost",
            "deepseek-v3",
            "deepseek-v3",
            to ->
                to.edit(
                    "model.layers.2.mlp.gate.e_score_correction_bias",
                    each -> new float[each.length]),
            ONE_PLACE,
            "decoder.2.ffn.out"));
  }

  /** Heads, rows and components of attention. */
  private static Stream<Mistake> attention() {
    return Stream.of(
        new Mistake(
            "rotary pairs are neighbours where they should be halves",
            "llama",
            "qwen2",
            to -> to.edit(llama(2, "self_attn.q_proj"), rows(32, MistakesTest::neighbours)),
            ONE_PLACE,
            "decoder.2.attn.q"),
        new Mistake(
            "queries are transposed",
            "llama",
            "mistral",
            to -> to.edit(llama(1, "self_attn.q_proj"), transposed(32)),
            ONE_PLACE,
            "decoder.1.attn.q"),
        new Mistake(
            "keys are transposed",
            "clip",
            "clip",
            to -> to.edit("vision_model.encoder.layers.1.self_attn.k_proj.weight", transposed(32)),
            ONE_PLACE,
            "vision.1.attn.k"),
        new Mistake(
            "values are transposed",
            "t5",
            "switch",
            to -> to.edit("decoder.block.1.layer.1.EncDecAttention.v.weight", transposed(32)),
            ONE_PLACE,
            "decoder.1.cross.v"),
        new Mistake(
            "the output projection is transposed, as Conv1D's are",
            "gpt2",
            "gpt2",
            to -> to.edit("transformer.h.2.attn.c_proj.weight", transposed(32)),
            ONE_PLACE,
            "decoder.2.attn.out"),
        new Mistake(
            "two heads of queries are swapped",
            "llama",
            "phi3",
            to ->
                to.edit(
                    llama(1, "self_attn.qkv_proj"),
                    rows(32, row -> row < 16 ? (row + 8) % 16 : row)),
            ONE_PLACE,
            "decoder.1.attn.q"),
        new Mistake(
            "heads of keys and values are tiled, not repeated",
            "llama",
            "llama",
            MistakesTest::tiled,
            ONE_PLACE,
            "decoder.1.attn.scores"),
        new Mistake(
            "rows of values are rolled by one",
            "baichuan1_7b",
            "llama",
            to -> to.edit(llama(1, "self_attn.v_proj"), rows(40, row -> (row + 1) % 40)),
            ONE_PLACE,
            "decoder.1.attn.v"),
        new Mistake(
            "a bias is missing",
            "qwen2",
            "llama",
            to -> to.edit("model.layers.0.self_attn.k_proj.bias", each -> new float[each.length]),
            ONE_PLACE,
            "decoder.0.attn.k"),
        new Mistake(
            "the table of distances is transposed",
            "t5",
            "switch",
            to ->
                to.edit(
                    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                    each -> permuted(each, i -> i % 8 * 4 + i / 8)),
            EVERYWHERE,
            "encoder.0.attn.scores"),
        new Mistake(
            "shared keys are rolled by one",
            "yoco",
            "yoco",
            to -> to.edit("cross_decoder.k_proj.weight", rows(32, row -> (row + 1) % 16)),
            ONE_PLACE,
            "cross.cache.k"));
  }

  /** What configurations say. */
  private static Stream<Mistake> described() {
    return Stream.of(
        new Mistake(
            "the epsilon of norms is another",
            "llama",
            "qwen2",
            to -> to.config(Config.builder().set("rms_norm_eps", 1e-5).build()),
            EVERYWHERE,
            "decoder.0.attn.norm.out"),
        new Mistake(
            "the rotary base is another",
            "llama",
            "qwen2",
            to -> to.config(Config.builder().set("rope_theta", 500_000.0).build()),
            EVERYWHERE,
            "decoder.0.attn.q.rope"),
        new Mistake(
            "scores are not divided by the root of the head's width",
            "gpt2",
            "gpt2",
            to -> to.config(Config.builder().set("scale_attn_weights", false).build()),
            EVERYWHERE,
            "decoder.0.attn.scores"),
        new Mistake(
            "the window is another",
            "mistral",
            "phi3",
            to -> to.config(Config.builder().set("sliding_window", 8L).build()),
            EVERYWHERE,
            "decoder.0.attn.probs"),
        new Mistake(
            "the scale of embeddings is another",
            "bart",
            "bart",
            to -> to.config(Config.builder().set("scale_embedding", true).build()),
            EVERYWHERE,
            "encoder.embed.out"),
        new Mistake(
            "the head is tied to the table of tokens",
            "llama",
            "qwen2",
            to ->
                to.remove("lm_head.weight")
                    .config(Config.builder().set("tie_word_embeddings", true).build()),
            ONE_PLACE,
            "logits"),
        new Mistake(
            "the activation is the exact one",
            "gpt2",
            "gpt2",
            to -> to.config(Config.builder().set("activation_function", "gelu").build()),
            EVERYWHERE,
            "decoder.0.ffn.act"));
  }

  /** Norms, embeddings and heads, and single rows. */
  private static Stream<Mistake> around() {
    return Stream.of(
        new Mistake(
            "a row of the down projection is zero",
            "llama",
            "mistral",
            to ->
                to.edit(
                    llama(2, "mlp.down_proj"),
                    each -> {
                      Arrays.fill(each, 7 * 48, 8 * 48, 0);
                      return each;
                    }),
            ONE_PLACE,
            "decoder.2.ffn.out"),
        new Mistake(
            "the gain of a norm is one",
            "llama",
            "mistral",
            to ->
                to.edit(
                    llama(1, "input_layernorm"),
                    each -> {
                      Arrays.fill(each, 1);
                      return each;
                    }),
            ONE_PLACE,
            "decoder.1.attn.norm.out"),
        new Mistake(
            "the norms' unit offset is added twice",
            "gemma",
            "gemma",
            to -> to.edit(llama(1, "post_attention_layernorm"), plus(1)),
            ONE_PLACE,
            "decoder.1.ffn.norm.out"),
        new Mistake(
            "the final norm is off",
            "gemma",
            "gemma",
            to -> to.edit("model.norm.weight", plus(1)),
            ONE_PLACE,
            "decoder.norm.out"),
        new Mistake(
            "embeddings are off by one row",
            "llama",
            "qwen2",
            to -> to.edit("model.embed_tokens.weight", rows(32, row -> (row + 1) % 99)),
            ONE_PLACE,
            "embed.out"),
        new Mistake(
            "positions are off by one",
            "opt",
            "opt",
            to -> to.edit("model.decoder.embed_positions.weight", rows(32, row -> (row + 1) % 66)),
            ONE_PLACE,
            "embed.out"),
        new Mistake(
            "segments are swapped",
            "bert",
            "bert",
            to -> to.edit("bert.embeddings.token_type_embeddings.weight", rows(32, row -> 1 - row)),
            ONE_PLACE,
            "embed.out"),
        new Mistake(
            "a number is no number",
            "llama",
            "qwen2",
            to ->
                to.edit(
                    llama(1, "mlp.up_proj"),
                    each -> {
                      each[5] = Float.NaN;
                      return each;
                    }),
            ONE_PLACE,
            "decoder.1.ffn.up"),
        new Mistake(
            "one number has another last bit but seven",
            "llama",
            "qwen2",
            to ->
                to.edit(
                    "lm_head.weight",
                    each -> {
                      each[40] *= 1.001f;
                      return each;
                    }),
            ONE_PLACE,
            "logits"));
  }

  // ---- how tensors are damaged

  private static final class Llama7 {
    static final String[] PARTS = {
      "input_layernorm",
      "self_attn.q_proj",
      "self_attn.k_proj",
      "self_attn.v_proj",
      "self_attn.o_proj",
      "post_attention_layernorm",
      "mlp.gate_proj",
      "mlp.up_proj",
      "mlp.down_proj"
    };
  }

  private static String llama(int layer, String part) {
    return "model.layers." + layer + "." + part + ".weight";
  }

  private static String expert(int index, String part) {
    return "model.layers.1.block_sparse_moe.experts." + index + "." + part + ".weight";
  }

  private interface Order {
    int from(int index);
  }

  /** Rows of a matrix of this width in another order. */
  private static UnaryOperator<float[]> rows(int width, Order order) {
    return values -> permuted(values, i -> order.from(i / width) * width + i % width);
  }

  private static UnaryOperator<float[]> transposed(int side) {
    return values -> permuted(values, i -> i % side * side + i / side);
  }

  private static float[] permuted(float[] values, Order order) {
    float[] changed = new float[values.length];
    for (int i = 0; i < changed.length; i++) changed[i] = values[order.from(i)];
    return changed;
  }

  private static UnaryOperator<float[]> plus(float offset) {
    return values -> {
      for (int i = 0; i < values.length; i++) values[i] += offset;
      return values;
    };
  }

  /** Of each head of 8 rows, those of its two halves in turn. */
  private static int neighbours(int row) {
    int head = row / 8 * 8, within = row % 8;
    return head + within / 2 + within % 2 * 4;
  }

  /** Two heads become four, in layer 1 in the wrong order. */
  private static void tiled(Crafted to) {
    to.config(Config.builder().set("num_key_value_heads", 4L).build());
    for (int layer = 0; layer < 3; layer++)
      for (String part : new String[] {"self_attn.k_proj", "self_attn.v_proj"}) {
        float[] two = to.floats(llama(layer, part)), four = new float[2 * two.length];
        for (int head = 0; head < 4; head++)
          System.arraycopy(
              two, (layer == 1 ? head % 2 : head / 2) * 8 * 32, four, head * 8 * 32, 8 * 32);
        to.remove(llama(layer, part)).add(llama(layer, part), Shape.of(32, 32), four);
      }
  }
}
