package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ProbesTest extends LookingAtLlama {
  // ---- values

  @Test
  void valuesHaveAllTheirNames() {
    assertThat(session.value("blocks.1.hook_resid_mid")).isEqualTo(session.value("decoder.-2.mid"));
    assertThat(session.values("layers.0..1.out").sequencedKeySet())
        .containsExactly("decoder.0.out", "decoder.1.out");
    assertThatThrownBy(() -> session.value("decoder.0.ffn.router"))
        .hasMessageContaining("not a mixture");
    assertThatThrownBy(() -> session.value("decoder.0.atn.probs"))
        .hasMessageContaining("the nearest are");
  }

  @Test
  void layersThatAreNotThere() {
    assertThatThrownBy(() -> session.cosine("3"))
        .isInstanceOf(DebugException.class)
        .hasMessage(
            "layer 3 is out of range: the layers of decoder are 0 to 2, or -1 to -3 from the end");
    assertThatThrownBy(() -> session.cosine("encoder.0"))
        .hasMessageContaining("towers of llama are [decoder]");
    assertThatThrownBy(() -> session.cosine("2..0")).hasMessageContaining("from a lower layer");
    assertThatThrownBy(() -> session.cosine("first")).hasMessageContaining("towers");
    assertThatThrownBy(() -> session.cosine("0;1")).hasMessageContaining("expected a number");
  }

  @Test
  void aPromptThatIsTooLong() {
    long[] ids = new long[(int) llama.model().context() + 1];
    assertThatThrownBy(() -> DebugSession.of(llama, ids))
        .isInstanceOf(DebugException.class)
        .hasMessageContaining("was made for " + llama.model().context());
    assertThatThrownBy(() -> DebugSession.of(llama)).hasMessageContaining("no tokens");
  }

  @Test
  void statisticsOfWhatIsKnown() {
    Tensor known =
        Tensor.ofFloats(Shape.of(1, 2, 4), 1, 2, 3, Float.NaN, -1, 0, 1, Float.NEGATIVE_INFINITY);
    ValueStatistics found = StatisticsProbe.of(session, "decoder.0.out", known);
    assertThat(found.min()).isEqualTo(-1);
    assertThat(found.max()).isEqualTo(3);
    assertThat(found.mean()).isEqualTo(1);
    assertThat(found.std()).isCloseTo(Math.sqrt(10 / 6.0), within(1e-12));
    assertThat(found.nan()).isEqualTo(1);
    assertThat(found.infinite()).isEqualTo(1);
    assertThat(found.toString()).contains("NaN 1", "infinite 1");
  }

  @Test
  void theFirstValueThatIsNotFiniteIsFound() {
    assertThat(session.nonFinite().toString()).startsWith("all of ");
    DebugSession broken =
        session.patched(
            "decoder.1.ffn.up",
            values -> {
              values[5] = Float.NaN;
              return values;
            });
    NonFinite found = broken.nonFinite();
    assertThat(found.first()).map(ValueStatistics::name).contains("decoder.1.ffn.up");
    assertThat(found.before()).contains("decoder.1.ffn.gate");
    assertThat(broken.cosine("2").notes()).anyMatch(note -> note.contains("not finite"));
  }

  @Test
  void whatIsReplacedChangesWhatFollows() {
    Tensor none =
        Tensor.filled(
            session.value("decoder.2.ffn.out").dtype(),
            session.value("decoder.2.ffn.out").shape(),
            _ -> {});
    DebugSession without = session.patched("blocks.2.hook_mlp_out", none);
    assertThat(without.value("decoder.2.out")).isEqualTo(session.value("decoder.2.mid"));
    assertThat(without.value("decoder.1.out")).isEqualTo(session.value("decoder.1.out"));
    assertThat(without.outputs().get("logits")).isNotEqualTo(session.outputs().get("logits"));
    assertThat(without.patches()).containsOnlyKeys("decoder.2.ffn.out");
    assertThatThrownBy(() -> session.patched("decoder.2.out", Tensor.ofFloats(Shape.of(1), 1)))
        .hasMessageContaining("expected shape [1, 8, ");
  }

  @Test
  void expertsHaveALoad() {
    try (LoadedModel mixtral = Goldens.load("mixtral")) {
      Routing found = DebugSession.of(mixtral, 1, 2, 3, 4, 5).routing();
      assertThat(found.layers()).isNotEmpty();
      for (Routing.LayerRouting layer : found.layers()) {
        assertThat(layer.load().stream().mapToLong(each -> each).sum())
            .isEqualTo(5 * layer.perToken());
        assertThat(layer.loadEntropy())
            .isBetween(0.0, Math.log(layer.load().size()) / Math.log(2) + 1e-9);
        assertThat(layer.imbalance()).isGreaterThanOrEqualTo(1);
      }
      assertThat(found.toString()).contains("decoder.0.ffn");
    }
    assertThatThrownBy(() -> session.routing()).hasMessageContaining("mixture of experts");
  }

  @Test
  void paddingIsLeftOut() {
    Tensor ids = Tensor.ofLongs(Shape.of(2, 3), 1, 5, 9, 0, 0, 7);
    Tensor mask = Tensor.ofLongs(Shape.of(2, 3), 1, 1, 1, 0, 1, 1);
    DebugSession two =
        DebugSession.of(llama, Prompt.of(Map.of("input_ids", ids, "attention_mask", mask))).row(1);
    CosDistance.LayerDistance layer = two.cosine("0").layers().getFirst();
    assertThat(layer.tokens()).hasSize(2);
    assertThat(two.sequence().first().index()).isEqualTo(1);
    assertThat(two.lens(2).layers().getFirst().cells()).hasSize(2);
    assertThat(two.attention("0").hidden(2, 0)).contains("the key is padding");
    assertThatThrownBy(() -> two.row(2).cosine()).hasMessageContaining("rows 0 to 1");
  }

  // ---- the facade

  @Test
  void scriptsReadAsElsewhere() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Show show = new Show(session, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    CosDistance all = show.show_cos_distance();
    show.show_cos_distance(-1);
    show.show_topk_token();
    Lens one = show.show_topk_token(1, 5);
    show.show_attention(0);
    show.show_attention(0, " dog", "0");
    assertThat(all).isEqualTo(session.cosine());
    assertThat(one.layers())
        .singleElement()
        .satisfies(state -> assertThat(state.at(0).top()).hasSize(5));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("cos distance", "logit lens", "attention");
  }
}
