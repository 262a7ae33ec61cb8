package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.isomorph.spec.Model;
import org.isomorph.spec.RandomModels;
import org.isomorph.spec.TinyModels;
import org.isomorph.spec.Tower;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PassesTest {
  static Stream<Model> models() {
    return Stream.concat(
        TinyModels.all().stream().map(TinyModels.Tiny::model),
        LongStream.range(0, 60).mapToObj(seed -> RandomModels.of(seed, 2)));
  }

  private static Graph tiny(String name) {
    return Lowering.of(
        TinyModels.all().stream()
            .map(TinyModels.Tiny::model)
            .filter(model -> model.name().equals(name))
            .findFirst()
            .orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyValueCanBeAskedForAlone(Model model) {
    Graph whole = Lowering.whole(model);
    for (Value value : Values.of(model).all()) {
      Graph only = Passes.only(whole, List.of(value.name()));
      assertThat(only.outputs().keySet()).containsExactly(value.name());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void whatIsLiveStaysAsItIs(Model model) {
    Graph graph = Lowering.of(model);
    assertThat(Passes.live(graph)).isEqualTo(graph);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyLayerBoundaryCutsTheGraphInTwo(Model model) {
    Graph graph = Lowering.of(model);
    for (Tower tower : model.towers())
      for (long layer = 0; layer < tower.depth(); layer++) {
        String boundary = tower.name() + "." + layer + ".out";
        if (graph.type(boundary).isEmpty()) continue;
        Passes.Cut cut = Passes.cut(graph, List.of(boundary));
        assertMatch(graph, cut);
      }
  }

  /** What the tail reads and nobody hands in is what the head hands out; together they are all. */
  private static void assertMatch(Graph whole, Passes.Cut cut) {
    Graph head = cut.head(), tail = cut.tail();
    tail.inputs()
        .forEach((name, type) -> {
          if (!whole.inputs().containsKey(name)) {
            assertThat(head.outputs().values()).contains(name);
            assertThat(head.type(name)).contains(type);
          }
        });
    Set<String> outputs = new HashSet<>(head.outputs().keySet());
    outputs.addAll(tail.outputs().keySet());
    assertThat(outputs).containsAll(whole.outputs().keySet());
    List<Node> nodes = new ArrayList<>(head.nodes());
    nodes.addAll(tail.nodes());
    assertThat(nodes).containsExactlyInAnyOrderElementsOf(whole.nodes());
    Set<String> weights = new HashSet<>(head.parameters().keySet());
    weights.addAll(tail.parameters().keySet());
    assertThat(weights).isEqualTo(whole.parameters().keySet());
  }

  @Test
  void whatIsFedIsNoLongerComputed() {
    Graph fed = Passes.feed(tiny("llama"), List.of("decoder.1.out"));
    assertThat(fed.inputs()).containsKeys("decoder.1.out", "input_ids").hasSize(3);
    assertThat(fed.nodes()).noneMatch(node -> node.region().equals("decoder.1"));
    assertThat(fed.parameters().keySet()).noneMatch(name -> name.startsWith("decoder.1."));
    assertThat(fed.parameters()).doesNotContainKey("embed.token.weight");
  }

  @Test
  void probabilitiesThatAreFedNeedNoScores() {
    Graph fed = Passes.feed(tiny("llama"), List.of("decoder.0.attn.probs"));
    assertThat(fed.type("decoder.0.attn.scores")).isEmpty();
    assertThat(fed.parameters()).doesNotContainKey("decoder.0.attn.q.weight");
    assertThat(fed.parameters()).containsKey("decoder.0.attn.v.weight");
  }

  @Test
  void attentionIsTakenApartWhereItIsLookedInto() {
    Graph tapped = Passes.tap(tiny("llama"), List.of("decoder.1.attn.probs"));
    assertThat(tapped.nodes().stream().filter(node -> node.op() instanceof Op.Attend)).hasSize(2);
    assertThat(tapped.outputs().keySet()).containsExactly("logits", "decoder.1.attn.probs");
  }

  @Test
  void forTheLastTokensLogitsTheLastLayerNeedsKeysAndValuesOfAll() {
    Graph last = Passes.finalLogits(tiny("llama"));
    assertThat(tokens(last, "logits", 1)).isEqualTo(Dim.ONE);
    assertThat(tokens(last, "decoder.2.attn.q.rope", 2)).isEqualTo(Dim.ONE);
    assertThat(tokens(last, "decoder.2.ffn.act", 1)).isEqualTo(Dim.ONE);
    assertThat(tokens(last, "decoder.2.attn.k.rope", 2)).isEqualTo(Dim.SEQ);
    assertThat(tokens(last, "decoder.2.attn.norm.out", 1)).isEqualTo(Dim.SEQ);
    assertThat(tokens(last, "decoder.1.out", 1)).isEqualTo(Dim.SEQ);
  }

  /** Sun et al., arXiv 2405.05254: reading a prompt can leave before the cross-decoder. */
  @Test
  void layersOverASharedCacheAreComputedForTheLastTokenOnly() {
    Graph last = Passes.finalLogits(tiny("yoco"));
    List<Node> upper =
        last.nodes().stream()
            .filter(node -> node.region().startsWith("cross"))
            .filter(node -> !(node.op() instanceof Op.Final))
            .toList();
    assertThat(upper).isNotEmpty();
    for (Node node : upper)
      for (Node.Result result : node.results())
        assertThat(result.type().dims()).as(result.name()).doesNotContain(Dim.SEQ);
  }

  @Test
  void whatIsTappedIsThereForAllTokensAlsoWithTheLastLogitsOnly() {
    Graph last = Passes.finalLogits(Passes.tap(tiny("llama"), List.of("decoder.2.ffn.act")));
    assertThat(tokens(last, "decoder.2.ffn.act", 1)).isEqualTo(Dim.SEQ);
    assertThat(tokens(last, "decoder.2.ffn.out", 1)).isEqualTo(Dim.ONE);
  }

  private static Dim tokens(Graph graph, String value, int axis) {
    return graph.type(value).orElseThrow().dim(axis);
  }

  @Test
  void furtherTokensAreComputedIfTheyAreAskedFor() {
    Model model =
        TinyModels.all().stream()
            .map(TinyModels.Tiny::model)
            .filter(each -> each.name().equals("llama"))
            .findFirst()
            .orElseThrow()
            .head(org.isomorph.spec.Dsl.nextTokens(1));
    assertThat(Lowering.of(model).parameters()).doesNotContainKey("mtp.0.project.weight");
    Graph tapped = Passes.tap(Lowering.whole(model), List.of("mtp.0.logits"));
    assertThat(tapped.type("mtp.0.logits")).hasToString("Optional[float (batch, seq-1, 99)]");
  }

  @Test
  void unknownNamesAreRefused() {
    Graph graph = tiny("llama");
    for (String name : List.of("decoder.9.out", "nothing", ""))
      assertThatThrownBy(() -> Passes.tap(graph, List.of(name)))
          .isInstanceOf(GraphException.class)
          .hasMessage("the graph does not compute " + name);
  }

  // ---- memory: the masks and ids of all tokens, and what attention needs of them

  private static List<String> memory(String name) {
    return Passes.remembering(tiny(name)).memory().entrySet().stream()
        .filter(each -> each.getValue().kind() != Type.Kind.INDEX)
        .map(each -> each.getKey() + ": " + each.getValue())
        .toList();
  }

  @Test
  void groupedAttentionRemembersItsKeysAndValues() {
    assertThat(memory("llama"))
        .hasSize(6)
        .startsWith(
            "decoder.0.attn.k.all: float (batch, 2, keys, 8)",
            "decoder.0.attn.v.all: float (batch, 2, keys, 8)");
  }

  @Test
  void latentAttentionRemembersTheLatentAndOneKey() {
    assertThat(memory("deepseek-v2"))
        .hasSize(6)
        .startsWith(
            "decoder.0.attn.latent.all: float (batch, keys, 12)",
            "decoder.0.attn.k.shared.all: float (batch, 1, keys, 4)");
  }

  @Test
  void aSharedCacheIsRememberedOnce() {
    assertThat(memory("yoco-swa"))
        .hasSize(6)
        .endsWith(
            "cross.cache.k.all: float (batch, 2, keys, 8)",
            "cross.cache.v.all: float (batch, 2, keys, 8)");
  }

  @Test
  void retentionRemembersASum() {
    assertThat(memory("yoco"))
        .hasSize(4)
        .startsWith("self.0.retention.mix.heads: wide (batch, 4, 8, 8)");
  }

  @Test
  void anEncoderRemembersNothing() {
    assertThat(memory("bart")).hasSize(4).allMatch(each -> each.startsWith("decoder."));
    assertThat(memory("bert")).isEmpty();
  }
}
