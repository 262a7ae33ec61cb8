package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path

/** Token ids as people write them: numbers with blanks, commas or line ends between. */
internal object TokenIds {
  private val SEPARATORS = Regex("[\\s,]+")

  /** Those of a file; `-` is stdin. */
  fun read(file: String): LongArray {
    val text =
      if (file == "-") String(System.`in`.readAllBytes()) else Files.readString(Path.of(file))
    return parse(text, file)
  }

  /** Those of a text; [from] says in errors where it is from. */
  fun parse(text: String, from: String): LongArray {
    val words = text.split(SEPARATORS).filter { it.isNotEmpty() }
    require(words.isNotEmpty()) { "$from: expected token ids, found none" }
    return LongArray(words.size) { index ->
      requireNotNull(words[index].toLongOrNull()) {
        "$from: expected token ids, found ${words[index].take(20)} at place ${index + 1}"
      }
    }
  }
}
