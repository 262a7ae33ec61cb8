package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktCommand
import com.github.ajalt.clikt.core.CliktError
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.multiple
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import java.io.PrintWriter
import java.io.StringWriter

/**
 * What all our commands have in common: a failure is one message on stderr and exit status 1.
 *
 * Libraries throw; only here do their exceptions become words for a person. `ISOMORPH_DEBUG=1` adds
 * the stack trace. A command with other exit statuses (`verify`, `compare`) throws Clikt's
 * `ProgramResult`.
 */
abstract class IsomorphCommand(name: String) : CliktCommand(name) {
  // Only for the help and for what is mistyped: `main` has read the files before any command runs.
  @Suppress("unused")
  private val dialects by
    option(DIALECT_OPTION, metavar = "FILE")
      .path()
      .multiple()
      .help("A file that declares one more family (docs/dialects.md); may be given several times")

  /** Does the work. What it throws is reported by [run]. */
  protected abstract fun execute()

  final override fun run() {
    try {
      execute()
    } catch (e: CliktError) {
      throw e
    } catch (e: Throwable) {
      throw CliktError(message(e), e as? Exception, statusCode = 1)
    }
  }

  /** What is said of a failure. */
  protected fun message(failure: Throwable): String = "Error: ${explain(failure)}${trace(failure)}"

  private fun trace(failure: Throwable): String {
    if (currentContext.readEnvvar("ISOMORPH_DEBUG") != "1") return ""
    val trace = StringWriter()
    failure.printStackTrace(PrintWriter(trace))
    return "\n" + trace.toString().trimEnd()
  }
}
