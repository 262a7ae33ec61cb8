package org.isomorph.cli

import java.util.Locale

/** How fast tokens come; made when the model is ready for its prompt. */
internal class StopWatch(start: Long, private val nanoTime: () -> Long = System::nanoTime) {
  private val ready = nanoTime()
  private val loading = ready - start
  private var first = ready
  private var last = ready
  private var tokens = 0

  /** One more token is there. */
  fun token() {
    last = nanoTime()
    if (tokens++ == 0) first = last
  }

  /** `ready in 0.41 s, first of 64 tokens 0.02 s later, then 950.3 tokens/s (prompt: 5 tokens)`. */
  fun summary(prompt: Int): String {
    val rate = if (tokens > 1 && last > first) (tokens - 1) / seconds(last - first) else Double.NaN
    return String.format(
      Locale.ROOT,
      "ready in %.2f s, first of %d tokens %.2f s later%s (prompt: %d tokens)",
      seconds(loading),
      tokens,
      seconds(first - ready),
      if (rate.isNaN()) "" else String.format(Locale.ROOT, ", then %.1f tokens/s", rate),
      prompt,
    )
  }

  private fun seconds(nanos: Long) = nanos / 1e9
}
