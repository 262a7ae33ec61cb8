package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktCommand
import com.github.ajalt.clikt.core.terminal
import com.github.ajalt.mordant.rendering.AnsiLevel
import com.github.ajalt.mordant.rendering.TextColors.cyan
import com.github.ajalt.mordant.rendering.TextColors.green
import com.github.ajalt.mordant.rendering.TextColors.red
import com.github.ajalt.mordant.rendering.TextColors.yellow
import com.github.ajalt.mordant.rendering.TextStyle
import com.github.ajalt.mordant.rendering.TextStyles.dim

/** What gets which colour, where there are colours: it is all said in words too. */
private val PAINT: List<Pair<Regex, TextStyle>> =
  listOf(
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

internal fun painted(line: String): String =
  PAINT.fold(line) { text, (form, style) -> form.replace(text) { style(it.value) } }
