package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.spec.SpecException;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProbesTest {
  private static final String[] WORDS = {"<s>", " a", " dog", " saw", " it", " and", " it", " ran"};
  private static final long[] IDS = {1, 5, 9, 3, 7, 11, 7, 2};

  private LoadedModel llama;
  private DebugSession session;

  @BeforeAll
  void load() {
    llama = Goldens.load("llama");
    session = DebugSession.of(llama, spelled(llama));
  }

  @AfterAll
  void close() {
    llama.close();
  }

  private static Prompt spelled(LoadedModel model) {
    return Prompt.ids(model.model(), IDS)
        .spelled(id -> {
          int at = Arrays.binarySearch(Arrays.stream(IDS).sorted().toArray(), id);
          if (at < 0) return "<" + id + ">";
          for (int place = 0; place < IDS.length; place++)
            if (IDS[place] == id) return WORDS[place];
          throw new AssertionError();
        });
  }

  // ---- cosine distance

  @Test
  void aLayerIsMeasuredTokenByTokenAndTheFirstStandsApart() {
    CosDistance found = session.cosine();
    assertThat(found.layers())
        .extracting(CosDistance.LayerDistance::name)
        .containsExactly("decoder.0", "decoder.1", "decoder.2", "decoder.norm");
    CosDistance.LayerDistance layer = found.layer("decoder.1");
    Tensor in = session.value("decoder.1.in"), out = session.value("decoder.1.out");
    double sum = 0;
    for (int token = 0; token < IDS.length; token++) {
      double dot = 0, x = 0, y = 0;
      for (int at = 0; at < in.shape().dim(2); at++) {
        dot += in.get(0, token, at) * out.get(0, token, at);
        x += in.get(0, token, at) * in.get(0, token, at);
        y += out.get(0, token, at) * out.get(0, token, at);
      }
      double distance = 1 - dot / Math.sqrt(x * y);
      assertThat(layer.tokens().get(token).distance()).isCloseTo(distance, within(1e-12));
      assertThat(layer.tokens().get(token).normOut()).isCloseTo(Math.sqrt(y), within(1e-9));
      if (token > 0) sum += distance;
    }
    assertThat(layer.distance().mean()).isCloseTo(sum / (IDS.length - 1), within(1e-12));
    assertThat(layer.worst().distance()).isEqualTo(layer.distance().max());
    assertThat(found.toString())
        .contains("first token apart", "decoder.norm", "(not a layer)", "massive", "|in|→|out|");
    assertThat(session.look(new CosineProbe(Layer.parse(llama.model(), "1"), true, false)).layers())
        .singleElement()
        .satisfies(own -> assertThat(own.distance().mean()).isNotEqualTo(layer.distance().mean()));
  }

  @Test
  void aRogueDimensionDoesNotDecideWhatIsStandardised() {
    // Of one dimension that is a thousand everywhere, a cosine sees nothing else.
    DebugSession rogue = session;
    for (String name : new String[] {"decoder.1.in", "decoder.1.out"}) {
      float[] values = session.value(name).floats();
      for (int at = 0; at < values.length; at += 32) values[at] += 1000;
      rogue = rogue.patched(name, Tensor.ofFloats(session.value(name).shape(), values));
    }
    assertThat(rogue.cosine("1").layers().getFirst().distance().max()).isLessThan(1e-3);
    CosDistance plain = session.standardisedCosine("1"), found = rogue.standardisedCosine("1");
    for (int token = 0; token < IDS.length; token++)
      assertThat(found.layer("decoder.1").tokens().get(token).distance())
          .isCloseTo(plain.layer("decoder.1").tokens().get(token).distance(), within(1e-3));
    assertThat(plain.layer("decoder.1").normOut())
        .isEqualTo(session.cosine("1").layer("decoder.1").normOut());
    assertThat(plain.toString()).contains("(first token apart, dimensions standardised)");
    assertThat(session.cosine().toString()).doesNotContain("standardised");
    assertThatThrownBy(() -> DebugSession.of(llama, 5, 7).standardisedCosine("1"))
        .isInstanceOf(DebugException.class)
        .hasMessage(
            "to standardise dimensions takes at least 2 counted tokens, found 1: give a longer"
                + " prompt, or count the first token too");
  }

  @Test
  void aSingleTokenIsCounted() {
    assertThat(DebugSession.of(llama, 5).cosine("0").layers().getFirst().distance().mean())
        .isFinite();
  }

  @Test
  void postNormModelsSayThatTheyAre() {
    try (LoadedModel bert = Goldens.load("bert")) {
      assertThat(Goldens.session(bert, "bert").cosine().notes())
          .anyMatch(note -> note.startsWith("encoder: post-norm"));
    }
  }

  @Test
  void bothTowersAreMeasured() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      assertThat(DebugSession.of(t5, 3, 4, 5).cosine().layers())
          .extracting(CosDistance.LayerDistance::name)
          .contains("encoder.0", "encoder.norm", "decoder.0", "decoder.norm");
    }
  }

  // ---- the lens

  @Test
  void theAnswerSettlesSomewhere() {
    Lens lens = session.lens(4);
    assertThat(lens.layers()).hasSize(4);
    assertThat(lens.layers().getFirst().name()).isEqualTo("embed");
    assertThat(lens.layers().getLast().agreement()).isEqualTo(1);
    assertThat(lens.settles(3)).isPresent();
    assertThat(lens.toString()).contains("◀ settles", "KL nats", "over 8 tokens", "at @7 ' ran'");
  }

  @Test
  void someTokensAndLayersAreEnough() {
    Lens all = session.lens(3);
    Lens lens =
        session.look(
            new LensProbe(Layer.parse(llama.model(), "0..1"), false, 3, java.util.List.of(2, -1)));
    assertThat(lens.layers())
        .extracting(Lens.State::name)
        .containsExactly("decoder.0", "decoder.1");
    for (int token : new int[] {2, 7})
      assertThat(lens.layer("decoder.1").at(token).divergence())
          .isCloseTo(all.layer("decoder.1").at(token).divergence(), within(1e-5));
    assertThatThrownBy(() -> lens.layer("decoder.0").at(3)).hasMessageContaining("token 3");
  }

  @Test
  void whatNoHeadReadsHasNoLens() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      DebugSession both = DebugSession.of(t5, 3, 4, 5);
      assertThat(both.lens(3).layers().getFirst().name()).isEqualTo("embed");
      assertThatThrownBy(() -> both.lens("encoder.0", 3))
          .isInstanceOf(DebugException.class)
          .hasMessageContaining("read the stream of decoder");
    }
    try (LoadedModel clip = Goldens.load("clip")) {
      assertThatThrownBy(() -> Goldens.session(clip, "clip").lens(3))
          .hasMessageContaining("a lens needs a head that predicts");
    }
  }

  @Test
  void rewardsAndClassesHaveALensOfTheirOwn() {
    try (LoadedModel reward = Goldens.load("reward-llama")) {
      Lens lens = Goldens.session(reward, "reward-llama").lens(3);
      assertThat(lens.layers().getLast().cells().getFirst().best().text()).isEqualTo("class 0");
      assertThat(lens.notes()).anyMatch(note -> note.contains("reward"));
    }
  }

  // ---- attention

  @Test
  void aTokenAttendsToAnother() {
    AttentionReadout found = session.attention("1", " it#2", " dog");
    assertThat(found.query().index()).isEqualTo(6);
    assertThat(found.key().index()).isEqualTo(2);
    Tensor probs = session.value("decoder.1.attn.probs");
    Tensor v = session.value("decoder.1.attn.v");
    assertThat(found.heads()).hasSize(4);
    for (AttentionReadout.HeadWeight head : found.heads()) {
      assertThat(head.weight()).isEqualTo(probs.get(0, head.head(), 6, 2));
      assertThat(head.group()).isEqualTo(head.head() / (4 / v.shape().dim(1)));
      assertThat(head.rowSum()).isCloseTo(1, within(1e-6));
      assertThat(head.contribution()).isPositive();
    }
    assertThat(found.hidden()).isEmpty();
    assertThat(found.reverse()).contains(0.0);
    assertThat(found.reverseHidden()).contains("causal: the key comes after the query");
    assertThat(found.toString())
        .contains("query @6 ' it' → key @2 ' dog'", "causal, full", "row sum");
    AttentionReadout ahead = session.attention("1", "2", "6");
    assertThat(ahead.mean()).isZero();
    assertThat(ahead.toString()).contains("0 by construction: causal");
  }

  @Test
  void whatIsAddedIsTheSumOfWhatKeysGive() {
    // Of the first token, who sees itself only, all that attention adds comes from there.
    AttentionReadout first = session.attention("0", "0", "0");
    for (int head = 0; head < 4; head++)
      assertThat(first.heads().get(head).weight()).isCloseTo(1, within(1e-6));
    Tensor mix = session.value("decoder.0.attn.mix");
    double[] one = new double[(int) mix.shape().elements()];
    int width = (int) mix.shape().dim(2) / 4;
    for (int at = 0; at < width; at++) one[at] = mix.get(0, 0, at);
    DebugSession alone =
        session.patched("decoder.0.attn.mix", Tensor.ofFloats(mix.shape(), floats(one)));
    Rows added = new Rows(alone.value("decoder.0.attn.out"));
    assertThat(first.contribution()).isCloseTo(first.added(), within(1e-5));
    assertThat(first.heads().getFirst().contribution())
        .isCloseTo(Vectors.norm(added.at(0, 0)), within(1e-5));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int at = 0; at < values.length; at++) floats[at] = (float) values[at];
    return floats;
  }

  @Test
  void tokensThatAreNotThereOrSeveralTimes() {
    assertThatThrownBy(() -> session.attention("1", " it", "0"))
        .isInstanceOf(DebugException.class)
        .hasMessageContaining("ambiguous: it stands at 4, 6")
        .hasMessageContaining("\" it\"#1");
    assertThatThrownBy(() -> session.attention("1", "cat", "0"))
        .hasMessageContaining("'cat' is not in the prompt")
        .hasMessageContaining("nearest are");
    assertThatThrownBy(() -> session.attention("1", "8", "0")).hasMessageContaining("from 0 to 7");
    assertThatThrownBy(() -> session.attention("1", "\" it\"#3", "0"))
        .hasMessageContaining("has 2 of");
    assertThat(session.sequence().locate("\" it\"#2").index()).isEqualTo(6);
    assertThat(session.sequence().locate("dog").index()).isEqualTo(2);
    assertThat(session.sequence().locate("-1").index()).isEqualTo(7);
  }

  @Test
  void aWindowIsSaid() {
    try (LoadedModel mistral = Goldens.load("mistral")) {
      DebugSession windowed = DebugSession.of(mistral, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
      AttentionMap map = windowed.attention("0");
      long window = map.window().orElseThrow();
      assertThat(map.kind()).contains("window " + window);
      assertThat(map.hidden(11, 0)).contains("the key is outside the window of " + window);
      assertThat(map.hidden(3, 3)).isEmpty();
    }
  }

  @Test
  void crossAttentionLooksAtTheEncoder() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      AttentionReadout found =
          DebugSession.of(t5, 3, 4, 5, 6).attention("decoder.0.cross", "0", "3");
      assertThat(found.kind()).isEqualTo("cross-attention to encoder");
      assertThat(found.reverse()).isEqualTo(Optional.empty());
      assertThat(found.hidden()).isEmpty();
    }
  }

  @Test
  void whatHasNoWeightsSaysWhy() {
    try (LoadedModel yoco = Goldens.load("yoco")) {
      assertThatThrownBy(() -> DebugSession.of(yoco, 1, 2).attention("self.0"))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("retention has no softmax");
    }
    assertThatThrownBy(() -> session.attention("1.cross"))
        .hasMessageContaining("the mixers are [attn, ffn]");
    assertThatThrownBy(() -> session.attention("0..1")).hasMessageContaining("names 2");
  }

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
