package org.isomorph.cli

import java.io.File
import org.isomorph.spec.Values
import org.jline.reader.Candidate
import org.jline.reader.Completer
import org.jline.reader.LineReader
import org.jline.reader.ParsedLine

/** What the tab key offers: commands, and behind them what the model and its prompt have. */
internal class DebugCompleter(private val debugger: Debugger) : Completer {
  override fun complete(reader: LineReader, line: ParsedLine, candidates: MutableList<Candidate>) {
    val before = line.words().take(line.wordIndex())
    for (offer in offers(before, line.word().take(line.wordCursor()))) {
      // Behind a folder there is more to come, and no blank.
      val whole = !offer.endsWith("/")
      candidates += Candidate(offer, offer, null, null, null, null, whole)
    }
  }

  /** What may stand behind these words, where [begun] is what stands there already. */
  fun offers(before: List<String>, begun: String = ""): List<String> =
    if (before.isEmpty()) Verb.words
    else
      when (place(before)) {
        Verb.Place.LAYER -> layers()
        Verb.Place.TOKEN -> tokens()
        Verb.Place.VALUE -> Values.of(debugger.model).all().map { it.name() }
        Verb.Place.NAN -> listOf("nan")
        Verb.Place.FILE -> files(begun)
        Verb.Place.COUNT,
        null -> listOf()
      }

  private fun place(before: List<String>): Verb.Place? =
    before.firstOrNull()?.let(Verb::of)?.place(before.size - 1)

  private fun layers(): List<String> =
    debugger.model.towers().flatMap { tower ->
      (0 until tower.depth()).map { "${tower.name()}.$it" }
    }

  /** The texts of the prompt; those that stand more than once are counted. */
  private fun tokens(): List<String> {
    val texts =
      debugger.session?.sequence()?.tokens().orEmpty().filter { !it.isPadding }.map { it.text() }
    val seen = mutableMapOf<String, Int>()
    return texts.map { text ->
      val which = seen.merge(text, 1, Int::plus)
      if (texts.count { it == text } == 1) text else "$text#$which"
    }
  }

  /** What is in the folder that a path leads to. */
  private fun files(begun: String): List<String> {
    val folder = begun.substring(0, begun.lastIndexOf('/') + 1)
    return File(folder.ifEmpty { "." }).listFiles().orEmpty().sorted().map {
      folder + it.name + if (it.isDirectory) "/" else ""
    }
  }
}
