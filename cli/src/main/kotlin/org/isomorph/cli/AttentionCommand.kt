package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.kotlin.ProbeJson

/** Who attends to whom. */
class AttentionCommand : ProbeCommand("attention") {
  private val layer by
    option("--layer", metavar = "LAYER")
      .help(
        "3, -1, encoder.0, decoder.3.cross; the last unless given; of a page a range too, and all unless given"
      )
  private val query by
    option("--query", metavar = "TOKEN")
      .help("The token that attends: its index, or its text; \" it\"#2 for the second")
  private val key by option("--key", metavar = "TOKEN").help("The token that is attended to")

  override fun help(context: Context) =
    "Show how much one token attends to another, head by head; or who attends to whom in a layer."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph attention TinyStories/ --prompt 'Once upon a time' --layer 3
    |  isomorph attention TinyStories/ --prompt 'Once upon a time' --layer 3 --query ' time' --key ' upon'
    |  isomorph attention TinyStories/ --prompt 'Once upon a time' --layer 0..3 --html report.html
    |  isomorph attention t5/ --ids prompt.txt --layer decoder.1.cross --query 0 --key -1
    """
      .trimMargin()

  override fun layers(session: DebugSession): List<Layer> =
    Layer.parse(session.model(), layer?.replace(MIXER, "") ?: "all")

  override fun look(session: DebugSession): Shown {
    val layer = layer ?: "-1"
    val from = query
    val to = key
    if ((from == null) != (to == null))
      throw UsageError("expected both of --query and --key, or neither")
    if (from == null || to == null) {
      val map = session.attention(layer)
      return Shown(map.toString()) { ProbeJson.of(map) }
    }
    val found = session.attention(layer, from, to)
    return Shown(found.toString()) { ProbeJson.of(found) }
  }

  private companion object {
    /** What names one of a layer's mixers. */
    val MIXER = Regex("""(?<=\d)\.[a-z]\w*$""")
  }
}
