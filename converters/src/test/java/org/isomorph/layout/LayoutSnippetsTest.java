package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.each;
import static org.isomorph.layout.Layout.leaf;

import java.util.List;
import java.util.Map;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;

/** The code of docs/layouts.md, run. */
class LayoutSnippetsTest {

  @Test
  void boxes() {
    // snippet: box
    Box transpose = new Box(0, 0, List.of(new Dim(2, 1, 3), new Dim(3, 2, 1)));

    assertThat(transpose).hasToString("0 -> 0 (2: 1 -> 3) (3: 2 -> 1)");
    assertThat(transpose.contiguousRun()).isEqualTo(1);
    // end
  }

  @Test
  void layouts() {
    // snippet: layout
    Map<String, Shape> shapes =
        Map.of("q", Shape.of(8, 4), "k", Shape.of(4, 4), "v", Shape.of(4, 4));
    Layout<String> packed = concat(0, leaf("q"), leaf("k"), leaf("v"));

    assertThat(packed.shape(shapes::get)).isEqualTo(Shape.of(16, 4));
    assertThat(packed.mapping("W_pack", shapes::get).pieces())
        .containsExactly(
            new Piece<>("q", "W_pack", Box.run(0, 0, 32)),
            new Piece<>("k", "W_pack", Box.run(0, 32, 16)),
            new Piece<>("v", "W_pack", Box.run(0, 48, 16)));
    // end
  }

  @Test
  void groups() {
    // snippet: by-group
    Layout<String> byGroup =
        concat(1, leaf("q").split(0, 2, -1), leaf("k").split(0, 2, -1), leaf("v").split(0, 2, -1))
            .merge(0, 1);

    assertThat(byGroup).isEqualTo(Packings.byGroup(2, leaf("q"), leaf("k"), leaf("v")));
    // end
  }

  @Test
  void misfit() {
    // snippet: misfit
    Map<String, Shape> shapes = Map.of("q", Shape.of(8, 4), "k", Shape.of(4, 5));

    assertThatThrownBy(() -> concat(0, leaf("q"), leaf("k")).shape(shapes::get))
        .hasMessage(
            "part 1 has shape [4, 5], which does not go on from [8, 4] along axis 0, in concat(0, q, k)");
    // end
  }

  @Test
  void conversion() {
    // snippet: convert
    Map<String, Shape> shapes =
        Map.of("q", Shape.of(8, 4), "k", Shape.of(4, 4), "v", Shape.of(4, 4));
    Mapping<String, String> baichuan =
        Packings.byPart(leaf("q"), leaf("k"), leaf("v")).mapping("W_pack", shapes::get);
    Mapping<String, String> megatron =
        Packings.byGroup(2, leaf("q"), leaf("k"), leaf("v")).mapping("linear_qkv", shapes::get);

    Mapping<String, String> conversion = baichuan.inverse().then(megatron);

    conversion.requirePartition("linear_qkv", Shape.of(16, 4));
    assertThat(conversion.inverse()).isEqualTo(megatron.inverse().then(baichuan));
    // end
  }

  @Test
  void copies() {
    // snippet: copies
    Map<String, Shape> shapes = Map.of("k", Shape.of(2, 3));
    Mapping<String, String> shared = leaf("k").repeat(0, 2).mapping("k_proj", shapes::get);

    assertThat(shared.inverse().elements()).isEqualTo(6);
    assertThat(shared.copies().pieces())
        .containsExactly(
            new Piece<>(
                "k_proj", "k_proj", new Box(0, 3, List.of(new Dim(2, 6, 6), new Dim(3, 1, 1)))));
    // end
  }

  @Test
  void padding() {
    // snippet: padding
    Map<String, Shape> shapes = Map.of("embedding", Shape.of(131, 2));
    Layout<String> padded = leaf("embedding").pad(0, 256);
    Layout<String> secondRank = padded.part(0, 128, 256);

    assertThat(secondRank.mapping("shard", shapes::get).coveredElements("shard")).isEqualTo(3 * 2);
    assertThat(secondRank.padding(shapes::get))
        .containsExactly(new Box(0, 3 * 2, List.of(new Dim(125 * 2, 0, 1))));
    // end
  }

  @Test
  void experts() {
    // snippet: each
    Layout<String> row = each(0, "i", each(0, "e", concat(0, leaf("gate"), leaf("up"))));
    Layout<String> experts =
        row.bind(
            Map.of(),
            index -> index.equals("i") ? 2 : 8,
            (name, at) -> "decoder." + at.get("i") + ".ffn.experts." + at.get("e") + "." + name);

    assertThat(experts.shape(_ -> Shape.of(5, 4))).isEqualTo(Shape.of(2, 8, 10, 4));
    assertThat(experts.parameters()).hasSize(32).contains("decoder.1.ffn.experts.7.up");
    // end
  }
}
