package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir

/** What a person sees and a script does not. */
class TerminalTest {
  @TempDir lateinit var temp: Path

  // Half a gigabyte of holes, cast, takes long enough to be worth a line.
  private val source by lazy {
    val source = temp.resolve("source")
    val options = arrayOf("--to", "gpt2", "--dtype", "f32", "--headers-only")
    check(IsomorphProcess.java().run("init", "gpt2", "$source", *options).exit == 0)
    source
  }

  private fun arguments() =
    arrayOf("convert", "$source", "${temp.resolve("out")}", "--to", "gpt2", "--dtype", "bf16")

  @Test
  fun `progress does not go to files`() {
    val result = IsomorphProcess.java().run(*arguments())
    assertThat(result.exit).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out).doesNotContain("\r")
  }

  @Test
  @EnabledOnOs(OS.LINUX, disabledReason = "script(1) has other options elsewhere")
  fun `progress goes to a terminal, and is gone at the end`() {
    val script = Path.of("/usr/bin/script")
    assumeTrue(Files.isExecutable(script), "script(1) makes the terminal")
    val log = temp.resolve("log")
    // script(1) takes one text for the shell; its terminal is all that the command has.
    val result =
      IsomorphProcess.java()
        .environment("TERM", "xterm")
        .through("exec script -qefc \"\$(printf '%q ' \"\$@\")\" $log")
        .run(*arguments())
    assertThat(result.exit).isZero
    assertThat(result.out)
      .containsPattern("\rconvert +\\d+%  0\\.\\d / 0\\.2 GB  \\d+\\.\\d\\d GB/s")
      .contains("\r\u001b[K")
    assertThat(result.out.substringAfterLast("\u001b[K")).contains("gpt2 -> gpt2")
  }

  @Test
  fun `debugging shows where a failure comes from`() {
    val command = arrayOf("convert", "${temp.resolve("nosuch")}", "out", "--to", "llama")
    val result = IsomorphProcess.java().environment("ISOMORPH_DEBUG", "1").run(*command)
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.err).startsWith("Error: ").containsPattern("(?m)^\\s+at org\\.isomorph\\.")
    assertRefused(IsomorphProcess.java().run(*command), "nosuch")
  }
}
