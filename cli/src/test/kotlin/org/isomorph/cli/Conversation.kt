package org.isomorph.cli

import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** A process that is talked to, and what it has said so far. */
class Conversation(private val process: Process) : AutoCloseable {
  private val said = StringBuilder()
  private var heard = 0

  init {
    thread(isDaemon = true) {
      val reader = process.inputStream.reader()
      val part = CharArray(1024)
      while (true) {
        val count = reader.read(part)
        if (count < 0) return@thread
        synchronized(said) { said.append(part, 0, count) }
      }
    }
  }

  fun type(text: String) {
    process.outputStream.write(text.encodeToByteArray())
    process.outputStream.flush()
  }

  /** Waits until this is said; what was said up to there since the last time. */
  fun hear(text: String): String {
    val deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1)
    while (true) {
      synchronized(said) {
        val at = said.indexOf(text, heard)
        if (at >= 0) return said.substring(heard, at).also { heard = at + text.length }
        check(process.isAlive && System.nanoTime() < deadline) {
          "expected to hear $text; heard ${said.substring(heard)}"
        }
      }
      Thread.sleep(20)
    }
  }

  /** The exit status of a process that comes to its end. */
  fun exit(): Int {
    check(process.waitFor(1, TimeUnit.MINUTES)) { "still running; it said $said" }
    return process.exitValue()
  }

  override fun close() {
    process.destroyForcibly().waitFor()
  }
}
