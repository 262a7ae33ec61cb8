package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class ProgressTest {
  private val out = StringBuilder()
  private var now = 0L

  private fun progress(watched: Boolean = true) = Progress("convert", watched, out) { now }

  private fun Progress.at(seconds: Double, done: Long, total: Long = 8_000_000_000) {
    now = (seconds * 1e9).toLong()
    progress(done, total, "model.safetensors")
  }

  @Test
  fun `shows share, bytes, rate and time left`() {
    val progress = progress()
    progress.at(0.0, 0)
    progress.at(2.0, 3_000_000_000)
    assertThat(out).hasToString("\rconvert   37%  3.0 / 8.0 GB  1.50 GB/s  4 s left\u001b[K")
  }

  @Test
  fun `the rate does not count what an earlier run had done`() {
    val progress = progress()
    progress.at(0.1, 6_000_000_000)
    progress.at(1.1, 7_000_000_000)
    assertThat(out).contains(" 87%", "1.00 GB/s  1 s left")
  }

  @Test
  fun `is silent where nobody watches`() {
    progress(watched = false).use { it.at(2.0, 3_000_000_000) }
    assertThat(out).isEmpty()
  }

  @Test
  fun `is silent for what is done at once`() {
    progress().use { it.at(0.4, 8_000_000_000) }
    assertThat(out).isEmpty()
  }

  @Test
  fun `leaves nothing behind`() {
    progress().use { it.at(1.0, 1_000_000_000) }
    assertThat(out).endsWith("\r\u001b[K")
  }

  @Test
  fun `a note stands on a line of its own, watched or not`() {
    progress().use {
      it.at(1.0, 1_000_000_000)
      it.note("discarded the unfinished files of another plan")
    }
    assertThat(out).endsWith("\r\u001b[Kdiscarded the unfinished files of another plan\n")
    out.clear()
    progress(watched = false).use { it.note("discarded") }
    assertThat(out).hasToString("discarded\n")
  }

  @Test
  fun `has words for long times`() {
    val progress = progress()
    progress.at(0.0, 0)
    progress.at(60.0, 100_000_000)
    assertThat(out).contains("1 h 19 min left")
  }

  @Test
  fun `promises no time while nothing moves`() {
    val progress = progress()
    progress.at(0.0, 5)
    progress.at(1.0, 5)
    assertThat(out).contains("0.00 GB/s").doesNotContain("left")
  }

  @Test
  fun `an empty total is done`() {
    progress().at(1.0, 0, total = 0)
    assertThat(out).contains("100%")
  }
}
