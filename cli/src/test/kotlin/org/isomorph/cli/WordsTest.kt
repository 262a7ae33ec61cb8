package org.isomorph.cli

import net.jqwik.api.Example
import net.jqwik.api.ForAll
import net.jqwik.api.Property
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy

class WordsTest {
  @Property
  fun `quoted words are what they were`(@ForAll words: List<String>) {
    val plain = words.map { it.replace("'", "") }
    assertThat(Words.of(plain.joinToString(" ") { "'$it'" })).isEqualTo(plain)
  }

  @Example
  fun `quotes keep blanks and each other`() {
    assertThat(Words.of("  attention 3\t-1 ")).containsExactly("attention", "3", "-1")
    assertThat(Words.of("' it' \" it\"#2 '\"3\"' \\xE2"))
      .containsExactly(" it", " it#2", "\"3\"", "\\xE2")
    assertThat(Words.of("")).isEmpty()
  }

  @Example
  fun `a quote without its end`() {
    assertThatThrownBy { Words.of("a 'b c") }.hasMessage("expected a closing ' behind 'b c")
  }

  @Example
  fun `a text loses only quotes around all of it`() {
    assertThat(Words.text("it's a dog's")).isEqualTo("it's a dog's")
    assertThat(Words.text("' a  b'")).isEqualTo(" a  b")
    assertThat(Words.text("'a' and 'b'")).isEqualTo("'a' and 'b'")
    assertThat(Words.text("'")).isEqualTo("'")
  }
}
