package org.isomorph.cli

import java.time.Duration
import java.util.Locale
import org.isomorph.convert.run.ProgressListener
import org.isomorph.convert.run.RateEstimator

/**
 * A line on stderr that says how far a long command is: `convert 42% 3.4 / 8.1 GB 1.20 GB/s 4 s
 * left`.
 *
 * It is drawn only where a person watches, and removed by [close], so that it never ends in a log.
 * As any listener it is called by one thread, a few times a second; only [close] may come from
 * another.
 */
class Progress
internal constructor(
  private val label: String,
  private val watched: Boolean,
  private val out: Appendable,
  private val nanoTime: () -> Long,
) : ProgressListener, AutoCloseable {
  private val rate = RateEstimator()
  private val start = nanoTime()
  private var drawn = false
  private var closed = false

  constructor(label: String) : this(label, stderrIsTerminal(), System.err, System::nanoTime)

  override fun progress(bytesDone: Long, bytesTotal: Long, doing: String) {
    if (!watched) return
    val now = nanoTime()
    rate.sample(now, bytesDone)
    // What is done by then needs no line.
    if (now - start >= FIRST_DRAW.toNanos()) draw(line(bytesDone, bytesTotal))
  }

  @Synchronized
  override fun note(message: String) {
    erase()
    out.append(message).append(System.lineSeparator())
  }

  private fun line(done: Long, total: Long): String =
    String.format(
      Locale.ROOT,
      "%s  %3d%%  %.1f / %.1f GB  %.2f GB/s%s",
      label,
      if (total == 0L) 100 else (done * 100.0 / total).toInt(),
      done / 1e9,
      total / 1e9,
      rate.bytesPerSecond() / 1e9,
      rate.remaining(total).map { "  ${words(it)} left" }.orElse(""),
    )

  @Synchronized
  private fun draw(line: String) {
    if (closed) return
    drawn = true
    out.append(START_OF_LINE).append(line).append(ERASE_TO_END)
  }

  private fun erase() {
    if (drawn) out.append(START_OF_LINE).append(ERASE_TO_END)
    drawn = false
  }

  @Synchronized
  override fun close() {
    closed = true
    erase()
  }

  private companion object {
    val FIRST_DRAW: Duration = Duration.ofMillis(500)
    const val START_OF_LINE = "\r"
    const val ERASE_TO_END = "\u001b[K"

    fun words(left: Duration): String {
      val s = Math.ceilDiv(left.toMillis(), 1000L)
      return when {
        s < 60 -> "$s s"
        s < 3600 -> "${s / 60} min ${s % 60} s"
        else -> "${s / 3600} h ${s % 3600 / 60} min"
      }
    }
  }
}
