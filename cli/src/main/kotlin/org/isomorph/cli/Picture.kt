package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktCommand
import com.github.ajalt.clikt.core.terminal
import com.github.ajalt.mordant.rendering.AnsiLevel
import com.github.ajalt.mordant.rendering.TextColors.cyan
import com.github.ajalt.mordant.rendering.TextColors.green
import com.github.ajalt.mordant.rendering.TextColors.red
import com.github.ajalt.mordant.rendering.TextColors.yellow
import com.github.ajalt.mordant.rendering.TextStyle
import com.github.ajalt.mordant.rendering.TextStyles.bold
import com.github.ajalt.mordant.rendering.TextStyles.dim

/**
 * What gets which colour, where there are colours: it is all said in words too. Of two that begin
 * at one place, the first counts.
 */
private val PAINT: List<Pair<Regex, TextStyle>> =
  listOf(
    // The verdict of a comparison, its rows, and what it saw inside a layer.
    Regex("^verdict: same") to (green + bold.style),
    Regex("^verdict: not comparable") to (yellow + bold.style),
    Regex("^verdict: [A-Z]+ FAULT") to (red + bold.style),
    Regex("█+(?=.*<- )") to red,
    Regex("<- first divergence.*") to (red + bold.style),
    Regex("<- differs.*") to red,
    Regex("\\(inherits\\)$") to dim.style,
    Regex("✓") to green,
    Regex("\\S+ ✗") to red,
    Regex("^ guess:") to (yellow + bold.style),
    // What probes show.
    Regex("[▏▎▍▌▋▊▉█]+") to cyan,
    Regex("◀ settles") to green,
    Regex("= input(?=\\s*$)") to (yellow + dim.style),
    Regex("NaN \\d+, infinite \\d+|first value that is not finite|massive$") to red,
    Regex("(?<=^ {2})(?:note: .*|0 by construction: .*|looking .*)") to dim.style,
  )

/**
 * Prints a picture of text as it is, with colours on a terminal that has them: wrapping would take
 * its lines apart.
 */
internal fun CliktCommand.printPicture(picture: String) {
  val colours = terminal.terminalInfo.ansiLevel != AnsiLevel.NONE
  val lines = picture.lines().map { if (colours) painted(it) else it }
  printUtf8(lines.joinToString("\n", postfix = "\n"))
}

/** Prints texts of tokens, which are of any script, whatever the locale says. */
internal fun printUtf8(text: String) {
  System.out.write(text.encodeToByteArray())
  System.out.flush()
}

internal fun painted(line: String): String {
  val text = StringBuilder()
  var at = 0
  while (at < line.length) {
    // What is painted already is not looked at again: colours are texts too.
    val (found, style) =
      PAINT.mapNotNull { (form, style) -> form.find(line, at)?.let { it to style } }
        .minByOrNull { it.first.range.first } ?: break
    text.append(line, at, found.range.first).append(style(found.value))
    at = found.range.last + 1
  }
  return text.append(line, at, line.length).toString()
}
