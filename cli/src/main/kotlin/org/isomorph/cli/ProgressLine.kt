package org.isomorph.cli

import org.isomorph.convert.run.ProgressListener

/** The [Progress] of an execution: its total is known with the first report. */
internal class ProgressLine(private val label: String) : ProgressListener, AutoCloseable {
  private var line: Progress? = null
  private var done = 0L

  override fun progress(bytesDone: Long, bytesTotal: Long, doing: String) {
    val shown = line ?: Progress(label, bytesTotal).also { line = it }
    shown.add(bytesDone - done)
    done = bytesDone
  }

  override fun note(message: String) = System.err.println(message)

  override fun close() {
    line?.close()
  }
}
