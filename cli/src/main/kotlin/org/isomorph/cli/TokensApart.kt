package org.isomorph.cli

import org.isomorph.debug.compare.Side
import org.isomorph.debug.compare.TokenDifference

/** What two sides' tokenizers make of one text, where it is not the same. */
internal fun tokensApart(text: String, one: Side, two: Side): String? {
  val (first, second) =
    listOf(one, two).map { side ->
      (side as? Side.Running)?.directory()?.orElse(null)?.takeIf(TokenizerFile::isIn)?.let {
        TokenizerFile.of(it).use { tokenizer -> tokenizer.ids(text) }
      }
    }
  if (first == null || second == null) return null
  return TokenDifference.between(first, second).orElse(null)
}
