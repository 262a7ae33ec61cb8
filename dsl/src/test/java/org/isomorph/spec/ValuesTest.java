package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValuesTest {
  private static final Values LLAMA = Values.of(Published.LLAMA3_8B);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "embed.out | embed.out",
        "decoder.-1.out | decoder.31.out",
        "layers.3.attn.probs | decoder.3.attn.probs",
        "blocks.5.attn.hook_pattern | decoder.5.attn.probs",
        "blocks.31.hook_resid_mid | decoder.31.mid",
        "hidden_states[0] | embed.out",
        "hidden_states[31] | decoder.30.out",
        "hidden_states[-1] | decoder.norm.out",
        "attentions[7] | decoder.7.attn.probs",
        "inp_embd | embed.out",
        "l_out-4 | decoder.4.out",
        "decoder.final_layernorm | decoder.norm.out",
        "result_output | logits",
        "blocks.-1.hook_resid_post | decoder.31.out",
        "attentions[-2] | decoder.30.attn.probs",
        "hidden_states[-2] | decoder.30.out",
        "hidden_states[-33] | embed.out",
        "kq_soft_max-3 | decoder.3.attn.probs",
        "ffn_inp-3 | decoder.3.mid",
        "model.layers.7.mlp | decoder.7.ffn.out",
        "decoder.layers.-1.self_attention | decoder.31.attn.out",
      })
  void everyColumnOfNamesResolves(String name, String canonical) {
    assertThat(LLAMA.resolve(name).name()).isEqualTo(canonical);
  }

  @Test
  void aValueSaysItsShapeAndFormula() {
    assertThat(LLAMA.resolve("decoder.3.attn.k").shape()).isEqualTo("(batch, 8, seq, 128)");
    assertThat(LLAMA.resolve("decoder.3.ffn.act").toString())
        .isEqualTo("decoder.3.ffn.act (batch, seq, 14336): SILU(gate) * up");
    assertThat(Values.of(Published.GEMMA2_2B).resolve("decoder.0.attn.scores").meaning())
        .isEqualTo("0.0625 * q . k, capped at 50, query - key < 4096; before mask and softmax");
    assertThat(LLAMA.resolve("logits").shape()).isEqualTo("(batch, seq, 128256)");
  }

  @Test
  void whatTheActivationReadsIsTheGateOrUp() {
    String pre = "blocks.2.mlp.hook_pre";
    assertThat(LLAMA.resolve(pre).name()).isEqualTo("decoder.2.ffn.gate");
    assertThat(Values.of(Published.GPT2).resolve(pre).name()).isEqualTo("decoder.2.ffn.up");
  }

  @Test
  void whatOthersGiveBeforeAPostNormIsNoAliasOfWhatIsAdded() {
    Values gemma = Values.of(Published.GEMMA2_2B);
    assertThat(gemma.resolve("blocks.0.hook_attn_out").name()).isEqualTo("decoder.0.attn.out");
    assertThatThrownBy(() -> gemma.resolve("attn_out-0"))
        .hasMessageContaining("no value attn_out-0");
  }

  @Test
  void rangesAndStarsSelectSeveral() {
    assertThat(LLAMA.select("decoder.8..16.attn.probs")).hasSize(9);
    assertThat(LLAMA.select("*.probs")).hasSize(32);
    assertThat(LLAMA.select("decoder.-1.out")).hasSize(1);
    assertThat(LLAMA.select("layers.-4..-1.out"))
        .extracting(Value::name)
        .containsExactly("decoder.28.out", "decoder.29.out", "decoder.30.out", "decoder.31.out");
    assertThat(LLAMA.select("decoder.0..1.attn.*norm*")).hasSize(2);
    assertThatThrownBy(() -> LLAMA.select("decoder.30..32.out"))
        .hasMessageContaining("the layers of decoder are 0 to 31");
    assertThatThrownBy(() -> LLAMA.select("encoder.0..2.out"))
        .hasMessageContaining("the towers are [decoder]");
    assertThatThrownBy(() -> LLAMA.select("*.nothing")).hasMessageContaining("*.nothing");
  }

  @Test
  void aPointThatCannotExistSaysWhy() {
    refused(Published.PALM_8B, "decoder.0.mid", "parallel block, no mid");
    refused(Published.DEEPSEEK_V3, "decoder.0.attn.k", "no separate k and v before kv_up");
    refused(Published.GPT2, "decoder.0.attn.q.rope", "attention has no rotary positions");
    refused(Published.GPT2, "decoder.0.ffn.gate", "the feed-forward layer has no gate");
    refused(Published.YOCO_3B, "cross.0.cross.k", "the tower's shared cache");
    refused(Published.BERT_BASE, "encoder.0.attn.norm.out", "no norm of its own stands before");
    refused(Published.GPT2, "decoder.12.out", "the layers of decoder are 0 to 11");
    refused(Published.GPT2, "encoder.1.out", "the towers are [decoder]");
    refused(Published.GPT2, "decoder.1.attn.prbs", "the nearest are decoder.1.attn.probs");
  }

  private static void refused(Model model, String name, String why) {
    assertThatThrownBy(() -> Values.of(model).resolve(name))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("no value " + name)
        .hasMessageContaining(why);
  }

  @Provide
  Arbitrary<Model> models() {
    return RandomModels.all();
  }

  @Property(tries = 200)
  void everyModelHasValuesWithNamesOfTheirOwn(@ForAll("models") Model model) {
    Set<String> names = new HashSet<>();
    for (Value value : Values.of(model).all()) {
      assertThat(names.add(value.name())).as(value.name()).isTrue();
      assertThat(Values.of(model).resolve(value.name())).isEqualTo(value);
    }
    for (Tower tower : model.towers())
      assertThat(names).contains(tower.name() + ".0.in", tower.name() + ".0.out");
  }

  @Property(tries = 200)
  void everyParameterHasAMeaning(@ForAll("models") Model model) {
    for (Parameter parameter : Parameters.of(model))
      assertThat(parameter.meaning()).as(parameter.name()).isNotEmpty();
  }
}
