package org.isomorph.cli

/**
 * Tokens that come one by one as text that can be shown at once: a character whose bytes are not
 * all there yet is held back.
 *
 * What a token reads as depends on those before it (a leading blank, a character's first bytes), so
 * each is decoded behind some that were shown, the first ones behind [before]. Only a few tokens
 * are decoded at a time, however long the text becomes.
 */
internal class StreamedText(before: LongArray, private val decode: (LongArray) -> String) {
  private val tokens = ArrayDeque(before.asList())
  private var known = tokens.size
  private var shown = decode(before)

  /** The text that one more token completes; empty while a character is incomplete. */
  fun next(token: Long): String {
    tokens.addLast(token)
    return settle { it.dropLast(incomplete(it)) }
  }

  /** What was held back, at the end: as much of a character as there is. */
  fun rest(): String = settle { it }

  private fun settle(settled: (String) -> String): String {
    var all = decode(tokens.toLongArray())
    if (!settled(all).startsWith(shown)) {
      // Bytes behind a whole character can make nonsense of it; what was shown stays.
      forget()
      shown = ""
      all = decode(tokens.toLongArray())
    }
    val text = settled(all)
    val piece = text.substring(shown.length)
    shown = text
    // Special tokens are no text: behind them alone, a leading blank would be lost.
    if (text.length == all.length && piece.isNotEmpty()) {
      forget()
      known = tokens.size
      shown = decode(tokens.toLongArray())
    }
    return piece
  }

  private fun forget() {
    repeat(known) { tokens.removeFirst() }
    known = 0
  }

  private companion object {
    const val REPLACEMENT = '\uFFFD'

    /** A character has four bytes at most, and decoders stand in for each that leads nowhere. */
    const val MOST = 3

    fun incomplete(text: String): Int =
      text.takeLast(MOST).length - text.takeLast(MOST).trimEnd(REPLACEMENT).length
  }
}
