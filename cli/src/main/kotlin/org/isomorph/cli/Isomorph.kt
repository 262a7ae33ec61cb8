package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktCommand
import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.NoOpCliktCommand
import com.github.ajalt.clikt.core.PrintMessage
import com.github.ajalt.clikt.core.context
import com.github.ajalt.clikt.core.subcommands
import com.github.ajalt.clikt.core.terminal
import com.github.ajalt.clikt.output.MordantHelpFormatter
import com.github.ajalt.clikt.parameters.options.eagerOption
import com.github.ajalt.mordant.rendering.AnsiLevel
import com.github.ajalt.mordant.rendering.Whitespace
import com.github.ajalt.mordant.rendering.Widget
import com.github.ajalt.mordant.terminal.StandardTerminalInterface
import com.github.ajalt.mordant.terminal.Terminal
import com.github.ajalt.mordant.terminal.TerminalInfo
import com.github.ajalt.mordant.widgets.Text

/** The root command: it only holds the others. */
class Isomorph(commands: List<CliktCommand>) : NoOpCliktCommand(name = "isomorph") {
  override val printHelpOnEmptyArgs = true

  init {
    context {
      helpFormatter = ::HelpWithExamples
      if (stdoutIsPiped()) {
        terminal = Terminal(terminalInterface = Pipe)
        echoMessage = ::printPlain
      } else terminal = corrected(terminal)
    }
    eagerOption("--version", help = "Show the version, the JDK and the start-up cache, and exit") {
      throw PrintMessage(versionText())
    }
    subcommands(commands)
  }

  /**
   * Drops the arguments of a command that does not exist: Clikt suggests the nearest name when it
   * stands alone, and otherwise complains about what follows it.
   */
  fun firstThingsFirst(argv: List<String>): List<String> {
    val command = argv.firstOrNull() ?: return argv
    val unknown = !command.startsWith("-") && command !in registeredSubcommandNames()
    return if (unknown) listOf(command) else argv
  }

  override fun help(context: Context) =
    "Describe a transformer once, move its weights anywhere, and prove that nothing changed."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph inspect llama-3-8b
    |  isomorph convert Llama-3-8B/ Llama-as-Qwen/ --to qwen2
    |  isomorph trans_llama_to_megatron Llama-3-8B/ shards/ --tp 4 --pp 2
    |  isomorph verify Llama-3-8B/ shards/
    |
    |Exit status: 0 done or same, 1 refused or failed; verify and compare also
    |2 differs in one place, 3 differs everywhere, 4 cannot be compared.
    |ISOMORPH_DEBUG=1 adds the stack trace to a failure.
    """
      .trimMargin()
}

/** Help whose epilogue keeps its lines, so that examples can be copied; Clikt fills paragraphs. */
private class HelpWithExamples(context: Context) : MordantHelpFormatter(context) {
  override fun renderEpilog(epilog: String): Widget = Text(epilog, whitespace = Whitespace.PRE)
}

/**
 * The terminal, where its guesses mislead: one whose size nobody set has no columns, and help would
 * get one word a line; and colours are decided by stdout alone, so that errors which go to a file
 * would have them.
 */
private fun corrected(terminal: Terminal): Terminal {
  val noSize = terminal.size.width <= 0
  val errorsElsewhere = terminal.terminalInfo.outputInteractive && !stderrIsTerminal()
  if (!noSize && !errorsElsewhere) return terminal
  return Terminal(
    width = if (noSize) 79 else null,
    ansiLevel = if (errorsElsewhere) AnsiLevel.NONE else null,
  )
}

/**
 * Whether the launcher says that nobody watches stdout; without its word, the terminal library
 * finds out.
 */
private fun stdoutIsPiped() = System.getProperty("isomorph.stdout.terminal") == "false"

/** Prints without the terminal's layout, which has nothing to do where nobody watches. */
private fun printPlain(context: Context, message: Any?, trailingNewline: Boolean, err: Boolean) {
  val stream = if (err) System.err else System.out
  stream.print(if (trailingNewline) "$message\n" else "$message")
  stream.flush()
}

/**
 * A stdout that leads to a file or a program: known without the system calls that cost a start a
 * third of its time, and without a look at which terminal or editor it might be.
 */
private object Pipe : StandardTerminalInterface() {
  override fun info(
    ansiLevel: AnsiLevel?,
    hyperlinks: Boolean?,
    outputInteractive: Boolean?,
    inputInteractive: Boolean?,
  ): TerminalInfo =
    if (System.getenv("FORCE_COLOR") != null)
      super.info(ansiLevel, hyperlinks, outputInteractive, inputInteractive)
    else
      TerminalInfo(
        ansiLevel = ansiLevel ?: AnsiLevel.NONE,
        ansiHyperLinks = false,
        outputInteractive = false,
        inputInteractive = false,
        supportsAnsiCursor = false,
      )

  override fun stdoutInteractive() = false

  override fun stdinInteractive() = false

  override fun getTerminalSize() = null
}
