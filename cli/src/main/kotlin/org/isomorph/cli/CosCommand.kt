package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import org.isomorph.debug.CosineProbe
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.kotlin.ProbeJson

/** What each layer does to its input. */
class CosCommand : ProbeCommand("cos") {
  private val layers by
    option("--layer", metavar = "RANGE")
      .default("all")
      .help("3, -1, 0..5, encoder, encoder.3; all unless given")
  private val first by
    option("--count-first").flag().help("Count the first token too, which often is like no other")
  private val standardize by
    option("--standardize")
      .flag()
      .help(
        "Standardise each dimension over the tokens first: a few rogue dimensions decide a cosine alone"
      )

  override fun help(context: Context) =
    "Show how far each layer turns the stream that passes it: the cosine distance between input and output."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph cos TinyStories/ --prompt 'Once upon a time'
    |  isomorph cos TinyStories/ --ids prompt.txt --standardize
    |  isomorph cos t5/ --ids prompt.txt --layer encoder --json
    |  isomorph cos TinyStories/ --prompt 'Once upon a time' --html report.html
    """
      .trimMargin()

  override fun layers(session: DebugSession): List<Layer> = Layer.parse(session.model(), layers)

  override fun cosine(session: DebugSession) = cosine(Layer.all(session.model()))

  private fun cosine(of: List<Layer>) = CosineProbe(of, first, standardize)

  override fun look(session: DebugSession): Shown {
    val found = session.look(cosine(layers(session)))
    return Shown(found.toString()) { ProbeJson.of(found) }
  }
}
