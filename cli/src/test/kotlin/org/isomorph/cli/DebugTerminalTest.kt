package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.readText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir

/** `isomorph debug` as a person has it: on a terminal, with its line editor. */
@EnabledOnOs(OS.LINUX, disabledReason = "script(1) has other options elsewhere")
class DebugTerminalTest {
  @TempDir lateinit var temp: Path
  private val llama by lazy { Checkpoints.copy("llama", temp) }

  private fun debug(): Conversation {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) makes the terminal")
    return IsomorphProcess.java()
      .environment("TERM", "xterm")
      .environment("JDK_JAVA_OPTIONS", "-Duser.home=$temp")
      .through(
        "exec script -qefc \"stty cols 100 rows 30; exec \$(printf '%q ' \"\$@\")\" /dev/null"
      )
      .converse("debug", "$llama")
  }

  @Test
  fun `lines are edited, completed and remembered`() {
    debug().use { terminal ->
      terminal.hear("help lists the commands, the tab key completes")
      terminal.hear("llama> ")
      terminal.type("ids 5 9 3\r")
      terminal.hear("T=3")
      terminal.hear("llama> ")
      // One layer has a 1 in its name; one value begins so.
      terminal.type("cos decoder.1\t\r")
      terminal.hear("cos distance")
      terminal.hear("llama> ")
      terminal.type("sta\tdecoder.1.ffn.ga\t\r")
      // What is half a name has no numbers.
      terminal.hear("[1, 3, 48]")
      terminal.hear("llama> ")
      // The line before, with another end.
      terminal.type("\u001bOA")
      terminal.type("\u007f".repeat("1.ffn.gate".length) + "0.ffn.up\r")
      terminal.hear("[1, 3, 48]")
      terminal.hear("llama> ")
      // Ctrl-C takes back what was typed, and no more.
      terminal.type("nonsense\u0003")
      terminal.hear("llama> ")
      terminal.type("find nan\r")
      assertThat(terminal.hear("values are finite")).doesNotContain("there is no command")
      terminal.hear("llama> ")
      terminal.type("\u0004")
      assertThat(terminal.exit()).isZero
    }
    assertThat(temp.resolve(".isomorph/debug.history").readText())
      .contains("ids 5 9 3", "stats decoder.0.ffn.up")
      .doesNotContain("nonsense")
  }

  @Test
  fun `what was typed in one session is there in the next`() {
    debug().use { terminal ->
      terminal.hear("llama> ")
      terminal.type("ids 7 7 3\r")
      terminal.hear("T=3")
      terminal.hear("llama> ")
      terminal.type("quit\r")
      assertThat(terminal.exit()).isZero
    }
    debug().use { terminal ->
      terminal.hear("llama> ")
      terminal.type("\u001bOA\u001bOA\r")
      terminal.hear("@0 '<7>' @1 '<7>' @2 '<3>'")
      terminal.hear("llama> ")
      terminal.type("\u0004")
      assertThat(terminal.exit()).isZero
    }
  }
}
