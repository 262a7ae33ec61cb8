package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTextTest {
  private static Layout<String> parse(String text) {
    return LayoutText.parse(
        text,
        name -> name,
        name -> {
          if (name.equals("heads")) return 4;
          throw new IllegalArgumentException("no key is called " + name);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "decoder.{i}.attn.q.weight",
        "concat(0, a.weight, b.weight)",
        "a.weight.transpose()",
        "stack(1, a.split(0, 4, -1), b.split(0, 4, -1)).merge(0, 1)",
        "each(0, \"e\", concat(0, g.{e}.w, u.{e}.w))",
        "a.part(0, 3).part(1, 2, 5).pad(0, 128)",
        "a.permute(2, 0, 1).repeat(0, 2).broadcast(1, 3)"
      })
  void whatALayoutPrintsIsThatLayout(String text) {
    assertThat(parse(text)).hasToString(text);
  }

  @Test
  void aNameStandsForANumber() {
    assertThat(parse("a.b.split(0, heads, -1)")).isEqualTo(Layout.leaf("a.b").split(0, 4, -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "concat(0, a",
        "a.turn(1)",
        "a.part(0)",
        "concat(a, b)",
        "a b",
        "a.split(0, head)",
        "glue(0, a)",
        "a.permute()",
        "concat(0, a) b"
      })
  void whatIsNoLayoutIsRefusedWithItsPlace(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
