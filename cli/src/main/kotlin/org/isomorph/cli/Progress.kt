package org.isomorph.cli

import java.time.Duration
import java.util.Locale
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.atomic.LongAdder

/**
 * A line on stderr that says how far a long command is: `convert 42% 3.4 / 8.1 GB 1.20 GB/s 4 s
 * left`.
 *
 * It is drawn only where a person watches, and removed by [close], so that it never ends in a log.
 * [add] may be called by many threads for every buffer: it counts, and one caller in a tenth of a
 * second draws.
 */
class Progress
internal constructor(
  private val label: String,
  private val totalBytes: Long,
  private val watched: Boolean,
  private val out: Appendable,
  private val nanoTime: () -> Long,
) : AutoCloseable {
  private val done = LongAdder()
  private val start = nanoTime()
  // Not before half a second has passed: what is done by then needs no line.
  private val nextDraw = AtomicLong(start + FIRST_DRAW.toNanos())
  // Guarded by this: the last line is neither torn nor drawn after close().
  private var drawn = false
  private var closed = false

  constructor(
    label: String,
    totalBytes: Long,
  ) : this(label, totalBytes, stderrIsTerminal(), System.err, System::nanoTime)

  fun add(bytes: Long) {
    if (!watched) return
    done.add(bytes)
    val now = nanoTime()
    val due = nextDraw.get()
    if (now - due >= 0 && nextDraw.compareAndSet(due, now + INTERVAL.toNanos())) draw(now)
  }

  @Synchronized
  private fun draw(now: Long) {
    if (closed) return
    drawn = true
    out.append(START_OF_LINE).append(line(now - start)).append(ERASE_TO_END)
  }

  private fun line(elapsedNanos: Long): String {
    val bytes = done.sum().coerceAtMost(totalBytes)
    val percent = if (totalBytes == 0L) 100 else (bytes * 100.0 / totalBytes).toInt()
    val rate = bytes / (elapsedNanos / 1e9)
    val left = if (bytes == 0L) "" else "  ${duration((totalBytes - bytes) / rate)} left"
    return String.format(
      Locale.ROOT,
      "%s  %3d%%  %.1f / %.1f GB  %.2f GB/s%s",
      label,
      percent,
      bytes / 1e9,
      totalBytes / 1e9,
      rate / 1e9,
      left,
    )
  }

  @Synchronized
  override fun close() {
    closed = true
    if (drawn) out.append(START_OF_LINE).append(ERASE_TO_END)
  }

  private companion object {
    val FIRST_DRAW: Duration = Duration.ofMillis(500)
    val INTERVAL: Duration = Duration.ofMillis(100)
    const val START_OF_LINE = "\r"
    const val ERASE_TO_END = "\u001b[K"

    fun duration(seconds: Double): String {
      val s = Math.ceil(seconds).toLong()
      return when {
        s < 60 -> "$s s"
        s < 3600 -> "${s / 60} min ${s % 60} s"
        else -> "${s / 3600} h ${s % 3600 / 60} min"
      }
    }
  }
}
