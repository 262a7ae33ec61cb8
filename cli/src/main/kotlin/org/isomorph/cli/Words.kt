package org.isomorph.cli

/**
 * The words of a line, with blanks between; quotes of either kind keep blanks and each other. There
 * are no escapes: a backslash is part of many a token.
 *
 * | line            | words           |
 * |-----------------|-----------------|
 * | `attention 3 0` | attention, 3, 0 |
 * | `' it' " dog"`  | ` it`, ` dog`   |
 * | `" it"#2`       | ` it#2`         |
 * | `'"3"'`         | `"3"`           |
 */
internal object Words {
  private const val BLANKS = " \t"
  private const val QUOTES = "'\""

  fun of(line: String): List<String> {
    val words = mutableListOf<String>()
    var at = 0
    while (at < line.length) {
      if (line[at] in BLANKS) at++ else at = word(line, at, words)
    }
    return words
  }

  /** A text as it stands, or what is between the quotes around all of it. */
  fun text(rest: String): String {
    val quote = rest.firstOrNull()?.takeIf { it in QUOTES } ?: return rest
    return if (rest.indexOf(quote, 1) == rest.lastIndex) rest.substring(1, rest.lastIndex) else rest
  }

  /** Adds the word that begins at [start]; gives the place behind it. */
  private fun word(line: String, start: Int, words: MutableList<String>): Int {
    val word = StringBuilder()
    var at = start
    while (at < line.length && line[at] !in BLANKS) {
      if (line[at] in QUOTES) {
        val end = line.indexOf(line[at], at + 1)
        require(end > 0) { "expected a closing ${line[at]} behind ${line.substring(at)}" }
        word.append(line, at + 1, end)
        at = end + 1
      } else word.append(line[at++])
    }
    words += word.toString()
    return at
  }
}
