package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.exists
import kotlin.io.path.readLines
import kotlin.random.Random
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestReporter
import org.junit.jupiter.api.condition.DisabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

/** A conversion that is killed, stopped or doubled, at whatever moment. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS, disabledReason = "signals")
class InterruptedConversionTest {
  @AfterEach fun clear() = conversion.clear()

  @Test
  fun `killed at twenty moments, most of them in the middle of a file, it ends as if it never was`(
    reporter: TestReporter
  ) {
    val random = Random(7)
    var kills = 0
    var inTheMiddle = 0
    var kept = 0
    var finished = mapOf<String, String>()
    while (kills < 20 || inTheMiddle < 15) {
      check(kills < 60) { "only $inTheMiddle of $kills kills met the conversion at work" }
      val moment = (conversion.undisturbedNanos * conversion.left() * random.nextDouble()).toLong()
      val running = conversion.start()
      if (conversion.awaitWriting(running.process))
        // However slow the machine is at the moment, some kills come when a file is finished.
        if (kills % 5 == 4) conversion.awaitFinished(running.process, finished.size + 1)
        else waitNanos(moment)
      running.process.destroyForcibly()
      val result = running.result()
      if (result.exit == 0 || conversion.destination.exists()) {
        // Too late: it was done, perhaps not yet gone. The next round begins from nothing.
        assertWhole(finished)
        finished = mapOf()
        conversion.clear()
        continue
      }
      kills++
      if (conversion.beingWritten().isNotEmpty()) inTheMiddle++
      val now = conversion.finished()
      assertThat(now).describedAs("files finished by earlier runs").containsAllEntriesOf(finished)
      finished = now
      kept += now.size
    }
    assertThat(kept).describedAs("files that a kill left finished").isPositive
    val last = conversion.start().result()
    assertThat(last.exit).describedAs(last.err).isZero
    assertWhole(finished)
    if (finished.isNotEmpty()) assertThat(last.out).contains("${finished.size} files kept")
    reporter.publishEntry(
      "kills",
      "$kills, $inTheMiddle in the middle of a file, $kept times a finished file was kept",
    )
  }

  private fun waitNanos(nanos: Long) {
    val end = System.nanoTime() + nanos
    while (System.nanoTime() < end) Thread.onSpinWait()
  }

  /** All is there and right, and what killed runs had finished was not written again. */
  private fun assertWhole(finished: Map<String, String>) {
    assertThat(conversion.difference()).isNull()
    assertThat(conversion.partial).doesNotExist()
    for ((name, identity) in finished) assertThat(
        conversion.identity(conversion.destination.resolve(name))
      )
      .describedAs(name)
      .isEqualTo(identity)
  }

  @ParameterizedTest
  @CsvSource("INT, 2", "TERM, 15")
  fun `asked to end, as by Ctrl-C, it leaves a word and what can be resumed`(
    signal: String,
    number: Int,
  ) {
    assumeTrue(signal != "INT" || !ignoresInterrupts(), "Ctrl-C is ignored by all that runs here")
    val running = conversion.start()
    assertThat(conversion.awaitWriting(running.process)).isTrue
    running.signal(signal)
    val result = running.result()
    assertThat(result.exit).isEqualTo(128 + number)
    assertThat(result.out).isEmpty()
    assertThat(result.err)
      .isEqualTo(
        "Interrupted: what is finished is kept beside ${conversion.destination}; run the same again to resume\n"
      )
    assertThat(conversion.destination).doesNotExist()

    val finished = conversion.finished()
    assertThat(conversion.start().result().exit).isZero
    assertWhole(finished)
  }

  /** A process in the background of a script is started so, and hands it on. */
  private fun ignoresInterrupts(): Boolean {
    val status = Path.of("/proc/self/status")
    if (!status.exists()) return false
    val ignored = status.readLines().first { it.startsWith("SigIgn:") }.substringAfter(':').trim()
    return ignored.toULong(16) and 2u != 0uL
  }

  @Test
  fun `a second conversion to the same place is refused while the first goes on`() {
    val first = conversion.start()
    assertThat(conversion.awaitWriting(first.process)).isTrue
    first.signal("STOP")
    try {
      val second = conversion.start().result()
      assertRefused(second, "another conversion is writing ${conversion.destination}")
      assertThat(conversion.partial.exists()).isTrue
    } finally {
      first.signal("CONT")
    }
    assertThat(first.result().exit).isZero
    assertWhole(mapOf())
  }

  companion object {
    // Once for all: it takes longer to make than to convert.
    @TempDir @JvmStatic lateinit var folder: Path
    private lateinit var conversion: LargeConversion

    @BeforeAll
    @JvmStatic
    fun convertUndisturbed() {
      conversion = LargeConversion(folder)
    }
  }
}
