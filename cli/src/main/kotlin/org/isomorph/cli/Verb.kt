package org.isomorph.cli

/**
 * What a line of a debugging session begins with.
 *
 * @param form what follows, as the help has it
 * @param counts how many words may follow; null for any text, which is not taken apart
 * @param places what these words are; the last stands for all further ones
 */
internal enum class Verb(
  private val form: String,
  private val counts: IntRange?,
  private val says: String,
  private vararg val places: Place,
) {
  PROMPT("TEXT", null, "what the model reads, to the end of the line"),
  IDS("N...", null, "the same as token ids"),
  COS("[LAYER]", 0..1, "how far each layer turns the stream", Place.LAYER),
  TOPK(
    "[LAYER] [K] [TOKEN]",
    0..3,
    "what the model would predict behind each layer, after the last token unless given",
    Place.LAYER,
    Place.COUNT,
    Place.TOKEN,
  ),
  ATTENTION(
    "LAYER [QUERY KEY]",
    1..3,
    "who attends to whom; two tokens for every head's weight",
    Place.LAYER,
    Place.TOKEN,
    Place.TOKEN,
  ),
  STATS("NAME...", 1..Int.MAX_VALUE, "values in numbers; ranges and * name several", Place.VALUE),
  FIND("nan", 1..1, "the first value that is not finite", Place.NAN),
  COMPARE(
    "OTHER",
    1..1,
    "where the model parts from another, or a recording of one, which is right",
    Place.FILE,
  ),
  HTML("FILE", 1..1, "a page for browsers, of all that can be seen of the prompt", Place.FILE),
  HELP("", 0..0, "this"),
  QUIT("", 0..0, "the end, as Ctrl-D is");

  /** What a word of a line is, so that it can be completed. */
  enum class Place {
    LAYER,
    COUNT,
    TOKEN,
    VALUE,
    NAN,
    FILE,
  }

  /** As it is typed. */
  val word: String = name.lowercase()

  /** What the word at [index] behind the verb is; null where none is known. */
  fun place(index: Int): Place? =
    places.getOrNull(index) ?: places.lastOrNull()?.takeIf { counts != null && index < counts.last }

  /**
   * The words of what follows the verb, none where it is taken as a text.
   *
   * @throws IllegalArgumentException if there are too many or too few
   */
  fun words(rest: String): List<String> {
    if (counts == null) {
      require(rest.isNotEmpty()) { expected(rest) }
      return listOf()
    }
    val words = Words.of(rest)
    require(words.size in counts) { expected(rest) }
    return words
  }

  /** What is said of a line with other words. */
  fun expected(rest: String): String =
    "expected \"${"$word $form".trim()}\", found \"${"$word $rest".trim()}\"; help lists all commands"

  companion object {
    private const val WIDTH = 30

    /** The verbs as they are typed. */
    val words: List<String> = entries.map { it.word }

    fun of(word: String): Verb? = entries.find { it.word == word }

    /** A line a verb, and how layers and tokens are named. */
    val help: String =
      entries.joinToString("\n", postfix = "\n") {
        "  ${"${it.word} ${it.form}".padEnd(WIDTH)}${it.says}"
      } +
        "A layer is 3, -1, 0..5 or encoder.3. A token is its index or its text: ' it', or ' it#2' for the second."
  }
}
