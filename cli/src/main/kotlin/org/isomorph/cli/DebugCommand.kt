package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.terminal
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import org.isomorph.convert.ModelReference
import org.isomorph.debug.Prompt
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.DType

/** Looks into a model, line by line. */
class DebugCommand : IsomorphCommand("debug") {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val given by Prompts()
  private val dtype by
    runDtype().default(DType.F32, defaultForHelp = "f32").help("What the model computes in")
  private val devices by devices()

  override fun help(context: Context) =
    "Look into a model line by line: it stays loaded, and what it computed is kept."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph debug TinyStories/ --prompt 'Once upon a time'
    |  echo 'cos 0..2' | isomorph debug TinyStories/ --ids prompt.txt
    |
    |The command `help` lists the others. On a terminal the tab key completes, and lines are kept in
    |~/.isomorph; from a pipe the lines are read as they are. A line that cannot be done is one
    |message on stderr; the session goes on, and its exit status is 0.
    """
      .trimMargin()

  override fun execute() {
    LoadedModel.prepare()
    val checkpoint = ModelReference.find(model, families).weights()
    val inputs = given.of(checkpoint.model(), checkpoint.directory())
    loaded(checkpoint, dtype, devices).use { running ->
      val debugger = Debugger(checkpoint, running)
      if (inputs.isNotEmpty()) debugger.read(Prompt.of(inputs), given.text)
      lines(debugger).use { converse(debugger, it) }
    }
  }

  private fun lines(debugger: Debugger): Lines {
    val people = terminal.terminalInfo.inputInteractive && terminal.terminalInfo.outputInteractive
    if (!people) return PipedLines(System.`in`)
    printPicture("${debugger.model.name()}: help lists the commands, the tab key completes")
    return TerminalLines("${debugger.model.name()}> ", DebugCompleter(debugger))
  }

  private fun converse(debugger: Debugger, lines: Lines) {
    while (true) {
      val line = lines.next() ?: return
      if (line.isBlank()) continue
      try {
        printPicture(debugger.answer(line) ?: return)
      } catch (e: Throwable) {
        echo(message(e), err = true)
      }
    }
  }
}
