package org.isomorph.cli

import org.isomorph.convert.Checkpoint
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.Prompt
import org.isomorph.debug.compare.CompareText
import org.isomorph.debug.compare.ModelComparison
import org.isomorph.debug.compare.Side
import org.isomorph.debug.kotlin.TokenPieces
import org.isomorph.debug.kotlin.lens
import org.isomorph.debug.report.ReportPage
import org.isomorph.proof.Report
import org.isomorph.runtime.LoadedModel
import org.isomorph.spec.Model
import org.isomorph.spec.Nearest
import org.isomorph.tensor.DType

/**
 * A model that is asked line by line what it does: it keeps the prompt, and through its session the
 * values that were computed.
 */
internal class Debugger(private val checkpoint: Checkpoint, private val loaded: LoadedModel) {
  private val pieces = TokenPieces.of(checkpoint.directory())
  private var text: String? = null

  /** Of the last prompt; null before the first. */
  var session: DebugSession? = null
    private set

  val model: Model
    get() = checkpoint.model()

  /**
   * What a line is answered; null ends the session. What it throws, [explain] has words for; then
   * the line changed nothing.
   */
  fun answer(line: String): String? {
    val named = line.trim().takeWhile { !it.isWhitespace() }
    val rest = line.trim().removePrefix(named).trim()
    val verb =
      requireNotNull(Verb.of(named)) {
        "there is no command $named; the nearest are ${Nearest.to(named, Verb.words, 2).joinToString()}; help lists all"
      }
    val words = verb.words(rest)
    return when (verb) {
      Verb.PROMPT -> prompt(Words.text(rest))
      Verb.IDS -> read(Prompt.ids(model, *TokenIds.parse(rest, "ids")), null)
      Verb.COS -> asked().cosine(words.getOrElse(0) { "all" }).toString()
      Verb.TOPK -> topk(words)
      Verb.ATTENTION ->
        when (words.size) {
          1 -> asked().attention(words[0]).toString()
          3 -> asked().attention(words[0], words[1], words[2]).toString()
          else -> throw IllegalArgumentException(verb.expected(rest))
        }
      Verb.STATS -> asked().statistics(*words.toTypedArray()).toString()
      Verb.FIND -> {
        require(words.single() == "nan") { verb.expected(rest) }
        asked().nonFinite().toString()
      }
      Verb.COMPARE -> compare(words.single())
      Verb.HTML -> page(PageFile.of(words.single()))
      Verb.HELP -> Verb.help
      Verb.QUIT -> null
    }
  }

  /** Goes on with another prompt, whose [text] matters where tokenizers are compared. */
  fun read(prompt: Prompt, text: String?): String {
    val next = DebugSession.of(loaded, prompt.spelled(pieces))
    val tokens = next.sequence().tokens()
    session = next
    this.text = text
    val shown = tokens.take(SHOWN).joinToString(" ")
    return "${next.info()}\n  $shown" + if (tokens.size > SHOWN) " ..." else ""
  }

  private fun prompt(text: String): String {
    val directory = checkpoint.directory()
    require(TokenizerFile.isIn(directory)) {
      "$directory has no tokenizer.json; give token ids instead: ids 1 2 3"
    }
    val ids = TokenizerFile.of(directory).use { it.ids(text) }
    return read(Prompt.ids(model, *ids), text)
  }

  private fun topk(words: List<String>): String {
    val sequence = asked().sequence()
    val token = words.getOrNull(2)?.let(sequence::locate) ?: sequence.last()
    val count = words.getOrElse(1) { "10" }
    val k = requireNotNull(count.toIntOrNull()) { "topk: expected a count K, found $count" }
    // The embedding is no layer, but goes with all of them.
    val layers = words.getOrNull(0)?.takeIf { it != "all" }
    return asked().lens(layers, k, listOf(token.index())).toString()
  }

  /** Where this model parts from another, or a recording of one, which is right. */
  private fun compare(other: String): String {
    val right = Side.find(other, families)
    val here = Side.of(checkpoint.directory().toString(), checkpoint)
    val apart = text?.let { tokensApart(it, right, here) }
    if (apart != null)
      return CompareText.of(Report.notComparable(listOf(apart), listOf())).joinToString("\n")
    val dtype = if (loaded.dtype() == DType.BF16) DType.BF16 else DType.F32
    val inputs = session?.prompt()?.inputs() ?: mapOf()
    val comparison = ModelComparison(right, here, inputs, dtype, true)
    val report = Progress("compare").use { comparison.run(it) }
    return CompareText.of(report).joinToString("\n")
  }

  private fun page(file: PageFile): String =
    file.write(ReportPage.of(PageFile.MADE, asked(), Layer.all(model)))

  private fun asked(): DebugSession =
    requireNotNull(session) {
      "the model has read nothing yet: begin with prompt TEXT, or ids 1 2 3"
    }

  private companion object {
    const val SHOWN = 40
  }
}
