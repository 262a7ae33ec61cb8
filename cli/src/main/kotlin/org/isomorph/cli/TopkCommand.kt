package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.int
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.LensProbe
import org.isomorph.debug.kotlin.ProbeJson

/** What the model would predict if it ended behind each layer. */
class TopkCommand : ProbeCommand("topk") {
  private val layers by
    option("--layer", metavar = "RANGE").help("3, -1, 0..5; the embedding and all unless given")
  private val count by
    option("--k", "-k", metavar = "K").int().default(10).help("How many candidates")
  private val token by
    option("--token", metavar = "TOKEN")
      .help(
        "The token whose successor is predicted: its index, its text, or all; the last unless given"
      )

  override fun help(context: Context) =
    "Show the likeliest tokens behind each layer: the model's own end on that layer's state (logit lens)."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph topk TinyStories/ --prompt 'Once upon a time'
    |  isomorph topk TinyStories/ --prompt 'Once upon a time' --layer 0..2 --token ' upon' -k 5
    |  isomorph topk TinyStories/ --ids prompt.txt --token all --json
    |  isomorph topk TinyStories/ --prompt 'Once upon a time' --html report.html
    """
      .trimMargin()

  override fun layers(session: DebugSession): List<Layer> =
    Layer.parse(session.model(), layers ?: "all")

  override fun look(session: DebugSession): Shown {
    val sequence = session.sequence()
    val tokens =
      when (val named = token) {
        null -> listOf(sequence.last().index())
        "all" -> listOf()
        else -> listOf(sequence.locate(named).index())
      }
    val probe =
      layers?.let { LensProbe(Layer.parse(session.model(), it), false, count, tokens) }
        ?: LensProbe.all(session.model(), count, tokens)
    val lens = session.look(probe)
    return Shown(lens.toString()) { ProbeJson.of(lens) }
  }
}
