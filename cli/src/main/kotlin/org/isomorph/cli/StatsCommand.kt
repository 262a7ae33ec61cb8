package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.arguments.multiple
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import org.isomorph.debug.DebugSession
import org.isomorph.debug.kotlin.ProbeJson

/** Values in numbers. */
class StatsCommand : ProbeCommand("stats") {
  private val names by
    argument("NAME")
      .multiple()
      .help(
        "Values by any of their names, with ranges and *; without one, what is not finite is looked for"
      )
  private val routing by
    option("--routing").flag().help("How mixtures send tokens to their experts, in place of values")

  override fun help(context: Context) =
    "Show values in numbers: least, greatest, mean, NaN; or find the first that is not finite."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph stats TinyStories/ 'decoder.*.ffn.out' --prompt 'Once upon a time'
    |  isomorph stats broken/ --ids prompt.txt
    |  isomorph stats mixtral/ --ids prompt.txt --routing
    """
      .trimMargin()

  override fun look(session: DebugSession): Shown {
    if (routing && names.isNotEmpty()) throw UsageError("--routing goes without names of values")
    if (routing) {
      val found = session.routing()
      return Shown(found.toString()) { ProbeJson.of(found) }
    }
    if (names.isEmpty()) {
      val found = session.nonFinite()
      return Shown(found.toString()) { ProbeJson.of(found) }
    }
    val found = session.statistics(*names.toTypedArray())
    return Shown(found.toString()) { ProbeJson.of(found) }
  }
}
