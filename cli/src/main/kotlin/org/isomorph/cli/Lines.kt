package org.isomorph.cli

import java.io.InputStream
import java.nio.file.Path
import org.jline.reader.Completer
import org.jline.reader.EndOfFileException
import org.jline.reader.LineReader
import org.jline.reader.LineReaderBuilder
import org.jline.reader.UserInterruptException
import org.jline.reader.impl.DefaultParser
import org.jline.terminal.TerminalBuilder

/** Where a session's lines come from. */
internal interface Lines : AutoCloseable {
  /** The next line; null where there are no more. */
  fun next(): String?
}

/** Lines of a program or a file, in UTF-8. */
internal class PipedLines(input: InputStream) : Lines {
  private val reader = input.bufferedReader()

  override fun next(): String? = reader.readLine()

  // The stream is the process's, not ours.
  override fun close() = Unit
}

/** Lines that a person types, with editing, completion, and a history in `~/.isomorph`. */
internal class TerminalLines(private val prompt: String, completer: Completer) : Lines {
  private val terminal = TerminalBuilder.builder().system(true).build()
  private val reader =
    LineReaderBuilder.builder()
      .terminal(terminal)
      .appName("isomorph")
      .completer(completer)
      // Tokens have backslashes, and exclamation marks, that mean nothing but themselves.
      .parser(DefaultParser().escapeChars(null))
      .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
      .variable(LineReader.HISTORY_FILE, HISTORY)
      .build()

  override fun next(): String? {
    while (true) {
      try {
        return reader.readLine(prompt)
      } catch (_: UserInterruptException) {
        // Ctrl-C takes back the line, not the session.
      } catch (_: EndOfFileException) {
        return null
      }
    }
  }

  override fun close() = terminal.close()

  private companion object {
    val HISTORY: Path = Path.of(System.getProperty("user.home"), ".isomorph", "debug.history")
  }
}
