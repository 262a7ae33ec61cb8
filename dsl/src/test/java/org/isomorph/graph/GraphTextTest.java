package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.util.List;
import org.isomorph.spec.Block;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GraphTextTest {
  private static final Block BLOCK =
      block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48));

  static java.util.stream.Stream<Model> models() {
    return TinyModels.all().stream().map(TinyModels.Tiny::model);
  }

  @Test
  void aTinyModelIsALineANode() {
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(3, BLOCK).head(lm()));
    assertThat(graph.toString())
        .isEqualTo(
            """
            input input_ids: index (batch, seq)
            input attention_mask: index (batch, seq)
            embed.out: float (batch, seq, 32) = lookup input_ids, %embed.token.weight
            keys: index (batch, keys) = remember(axis 1) attention_mask
            visible: truth (batch, 1, seq, keys) = visible(causal) keys, input_ids
            positions.all: index (batch, keys) = positions(sequential) keys, keys
            positions: index (batch, seq) = latest positions.all
            rotary.cos: float (batch, 1, seq, 4), rotary.sin: float (batch, 1, seq, 4) = rotary_table(10000, dim 8) positions

            decoder.0
              decoder.0.attn.norm.out: float (batch, seq, 32) = rms_norm(1e-6) embed.out, %decoder.0.attn.norm.weight
              decoder.0.attn.q.linear: float (batch, seq, 32) = linear decoder.0.attn.norm.out, %decoder.0.attn.q.weight
              decoder.0.attn.q: float (batch, 4, seq, 8) = split_heads(4) decoder.0.attn.q.linear
              decoder.0.attn.q.rope: float (batch, 4, seq, 8) = rotate(halves, 8) decoder.0.attn.q, rotary.cos, rotary.sin
              decoder.0.attn.k.linear: float (batch, seq, 16) = linear decoder.0.attn.norm.out, %decoder.0.attn.k.weight
              decoder.0.attn.k: float (batch, 2, seq, 8) = split_heads(2) decoder.0.attn.k.linear
              decoder.0.attn.k.rope: float (batch, 2, seq, 8) = rotate(halves, 8) decoder.0.attn.k, rotary.cos, rotary.sin
              decoder.0.attn.v.linear: float (batch, seq, 16) = linear decoder.0.attn.norm.out, %decoder.0.attn.v.weight
              decoder.0.attn.v: float (batch, 2, seq, 8) = split_heads(2) decoder.0.attn.v.linear
              decoder.0.attn.k.all: float (batch, 2, keys, 8) = remember(axis 2) decoder.0.attn.k.rope
              decoder.0.attn.v.all: float (batch, 2, keys, 8) = remember(axis 2) decoder.0.attn.v
              decoder.0.attn.mix.heads: float (batch, 4, seq, 8) = attend(0.353553) decoder.0.attn.q.rope, decoder.0.attn.k.all, decoder.0.attn.v.all, visible
              decoder.0.attn.mix: float (batch, seq, 32) = merge_heads decoder.0.attn.mix.heads
              decoder.0.attn.out: float (batch, seq, 32) = linear decoder.0.attn.mix, %decoder.0.attn.o.weight
              decoder.0.mid: float (batch, seq, 32) = add embed.out, decoder.0.attn.out
              decoder.0.ffn.norm.out: float (batch, seq, 32) = rms_norm(1e-6) decoder.0.mid, %decoder.0.ffn.norm.weight
              decoder.0.ffn.gate: float (batch, seq, 48) = linear decoder.0.ffn.norm.out, %decoder.0.ffn.gate.weight
              decoder.0.ffn.up: float (batch, seq, 48) = linear decoder.0.ffn.norm.out, %decoder.0.ffn.up.weight
              decoder.0.ffn.gate.act: float (batch, seq, 48) = silu decoder.0.ffn.gate
              decoder.0.ffn.act: float (batch, seq, 48) = multiply decoder.0.ffn.gate.act, decoder.0.ffn.up
              decoder.0.ffn.out: float (batch, seq, 32) = linear decoder.0.ffn.act, %decoder.0.ffn.down.weight
              decoder.0.out: float (batch, seq, 32) = add decoder.0.mid, decoder.0.ffn.out

            decoder.1 .. decoder.2: as decoder.0

            decoder.norm.out: float (batch, seq, 32) = rms_norm(1e-6) decoder.2.out, %decoder.norm.weight
            logits: float (batch, seq, 99) = linear decoder.norm.out, %head.weight
            output logits\
            """);
  }

  @Test
  void unfoldedEveryLayerIsWrittenOut() {
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(3, BLOCK).head(lm()));
    assertThat(graph.unfolded())
        .contains("\n\ndecoder.2\n  decoder.2.attn.norm.out: float (batch, seq, 32) = rms_norm")
        .doesNotContain(": as ");
    assertThat(graph.unfolded().lines().filter(line -> line.contains(" = ")).count())
        .isEqualTo(graph.nodes().size());
  }

  @Test
  void layersInTurnAreFoldedTogether() {
    Block wide = block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(64));
    Graph graph =
        Lowering.of(
            causal("tiny", 99, 32).layers(6, layer -> layer % 3 == 2 ? wide : BLOCK).head(lm()));
    assertThat(headings(graph))
        .containsExactly(
            "decoder.0",
            "decoder.1: as decoder.0",
            "decoder.2",
            "decoder.3 .. decoder.5: as decoder.0, decoder.0, decoder.2 in turn");
  }

  private static List<String> headings(Graph graph) {
    return graph
        .toString()
        .lines()
        .filter(line -> line.matches("decoder\\.\\d+( ..|:|$).*"))
        .toList();
  }

  @Test
  void aLayerThatOwnsWhatAllReadIsNotAsTheOthers() {
    Block buckets = block(rms(1e-6)).attention(mha(4).position(buckets(8, 20))).ffn(swiglu(48));
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(3, buckets).head(lm()));
    // The first layer's table is read before the layers, so the layers do not differ.
    assertThat(headings(graph))
        .containsExactly("decoder.0", "decoder.1 .. decoder.2: as decoder.0");
  }

  @ParameterizedTest
  @MethodSource("models")
  void nothingReadsLikeARecord(Model model) {
    assertThat(Lowering.of(model).unfolded())
        .doesNotContain("Optional", "[", "]", "=true", "=false");
  }
}
