package org.isomorph.cli

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path

/**
 * True if a person watches stderr.
 *
 * The JDK answers only for stdin and stdout together. The launcher asks the shell and tells us;
 * started without it, Linux is asked where the descriptor leads, and elsewhere the answer is no.
 */
internal fun stderrIsTerminal(): Boolean {
  if (System.getenv("TERM") == "dumb") return false
  System.getProperty("isomorph.stderr.terminal")?.let {
    return it.toBoolean()
  }
  return try {
    val target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString()
    target.startsWith("/dev/pts/") || target.startsWith("/dev/tty")
  } catch (_: IOException) {
    false
  } catch (_: UnsupportedOperationException) {
    false
  }
}
