package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.util.List;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;

/** What docs/graph.md shows. */
class GraphDocsTest {
  @Test
  void thePageIsRight() {
    // snippet: lowering
    Model model =
        causal("tiny", 99, 32)
            .layers(3, block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48)))
            .head(lm());
    Graph graph = Lowering.of(model);
    // end
    // snippet: passes
    Graph tapped = Passes.tap(graph, List.of("decoder.1.attn.probs"));
    Graph fed = Passes.feed(graph, List.of("decoder.1.out"));
    Passes.Cut cut = Passes.cut(graph, List.of("decoder.0.out"));
    Graph decoder = Passes.remembering(graph);
    // end
    assertThat(tapped.outputs().keySet()).containsExactly("logits", "decoder.1.attn.probs");
    assertThat(fed.inputs()).containsKey("decoder.1.out");
    assertThat(cut.tail().inputs()).containsKey("decoder.0.out");
    assertThat(decoder.memory()).containsKey("decoder.2.attn.v.all");
    // snippet: laws
    Laws laws = Laws.of(model.embed(tokens -> tokens.position(learned(64))));
    assertThat(laws.hold(Laws.Law.CACHED)).isTrue();
    assertThat(laws.verdict(Laws.Law.PADDED_LEFT))
        .hasToString("no: learned positions of tower decoder count padding");
    // end
  }
}
