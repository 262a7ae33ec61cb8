package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class StreamedTextTest {
  /** Every token a byte. */
  private val bytes = { ids: LongArray -> String(ByteArray(ids.size) { ids[it].toByte() }) }

  /** Every token a word behind a blank that is lost at the beginning; 0 is no text. */
  private val words = { ids: LongArray ->
    ids.filter { it != 0L }.joinToString("") { " w$it" }.removePrefix(" ")
  }

  private fun pieces(text: StreamedText, tokens: List<Long>) = tokens.map(text::next) + text.rest()

  private fun tokens(text: String) = text.encodeToByteArray().map { it.toLong() }

  @Test
  fun `a character is shown when it is complete`() {
    val text = StreamedText(longArrayOf(), bytes)
    assertThat(pieces(text, tokens("aé€😀b")))
      .containsExactly("a", "", "é", "", "", "€", "", "", "", "😀", "b", "")
  }

  @Test
  fun `what never becomes a character is shown when that is sure`() {
    val text = StreamedText(longArrayOf(), bytes)
    val nonsense = List(5) { 0x80L }
    assertThat(pieces(text, nonsense + tokens("€!")).joinToString(""))
      .isEqualTo("\uFFFD".repeat(5) + "€!")
    assertThat(pieces(StreamedText(longArrayOf(), bytes), tokens("€").take(2)))
      .containsExactly("", "", "\uFFFD")
  }

  @Test
  fun `the first word is behind the prompt`() {
    assertThat(pieces(StreamedText(longArrayOf(1, 2), words), listOf(3, 4)))
      .containsExactly(" w3", " w4", "")
    assertThat(pieces(StreamedText(longArrayOf(0), words), listOf(3, 4)))
      .containsExactly("w3", " w4", "")
  }

  @Test
  fun `special tokens between words lose no blank`() {
    assertThat(pieces(StreamedText(longArrayOf(1), words), listOf(0, 0, 2, 0, 3)))
      .containsExactly("", "", " w2", "", " w3", "")
  }

  @Test
  fun `only a few tokens are decoded at a time`() {
    var most = 0
    val text =
      StreamedText(longArrayOf()) {
        most = maxOf(most, it.size)
        bytes(it)
      }
    pieces(text, tokens("die Länge des Texts spielt keine Rolle €".repeat(20)))
    assertThat(most).isLessThan(8)
  }
}
