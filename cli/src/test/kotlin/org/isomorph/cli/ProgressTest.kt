package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class ProgressTest {
  private val out = StringBuilder()
  private var now = 0L

  private fun progress(watched: Boolean = true, total: Long = 8_000_000_000) =
    Progress("convert", total, watched, out) { now }

  private fun Progress.addAt(seconds: Double, bytes: Long) {
    now = (seconds * 1e9).toLong()
    add(bytes)
  }

  @Test
  fun `shows share, bytes, rate and time left`() {
    progress().addAt(2.0, 3_000_000_000)
    assertThat(out).hasToString("\rconvert   37%  3.0 / 8.0 GB  1.50 GB/s  4 s left\u001b[K")
  }

  @Test
  fun `is silent where nobody watches`() {
    progress(watched = false).use { it.addAt(2.0, 3_000_000_000) }
    assertThat(out).isEmpty()
  }

  @Test
  fun `is silent for what is done at once`() {
    progress().use { it.addAt(0.4, 8_000_000_000) }
    assertThat(out).isEmpty()
  }

  @Test
  fun `draws at most ten times a second`() {
    val progress = progress()
    repeat(1000) { progress.addAt(1 + it / 1000.0, 1_000_000) }
    assertThat(out.count { it == '\r' }).isEqualTo(10)
  }

  @Test
  fun `leaves nothing behind`() {
    progress().use { it.addAt(1.0, 1_000_000_000) }
    assertThat(out).endsWith("\r\u001b[K")
  }

  @Test
  fun `has words for long times`() {
    progress().addAt(60.0, 100_000_000)
    assertThat(out).contains("1 h 19 min left")
  }

  @Test
  fun `never passes the end`() {
    progress(total = 1_000_000_000).addAt(1.0, 2_000_000_000)
    assertThat(out).contains(" 100%  1.0 / 1.0 GB", " 0 s left")
  }

  @Test
  fun `an empty total is done`() {
    progress(total = 0).addAt(1.0, 0)
    assertThat(out).contains("100%")
  }
}
