package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class CommandLineTest {
  private fun isomorph(vararg arguments: String) = IsomorphProcess.java().run(*arguments)

  @Test
  fun `version names isomorph, the JDK and the cache`() {
    val result = isomorph("--version")
    assertThat(result.exit).isZero
    assertThat(result.out.lines().map { it.substringBefore(' ') })
      .containsExactly("isomorph", "jdk", "aot", "")
    assertThat(result.out).containsPattern("isomorph \\d+\\.\\d+").contains("jdk      25", "none")
  }

  @Test
  fun `help shows examples line by line`() {
    val result = isomorph("--help")
    assertThat(result.exit).isZero
    assertThat(result.out).contains("\n  isomorph convert Llama-3-8B/ Llama-as-Qwen/ --to qwen2\n")
  }

  @Test
  fun `every command has the name by which it is found`() {
    commands.forEach { (name, make) -> assertThat(make().commandName).isEqualTo(name) }
  }

  @Test
  fun `unknown command fails with one message`() {
    val result = isomorph("inspct", "model")
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.out).isEmpty()
    assertThat(result.err).contains("inspct")
  }

  @Test
  fun `unknown option fails and the nearest one is suggested`() {
    val result = isomorph("--vesion")
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.out).isEmpty()
    assertThat(result.err).contains("no such option --vesion. Did you mean --version?")
  }

  @ParameterizedTest
  @ValueSource(strings = ["--version", "--help"])
  fun `pipes see neither colours nor warnings`(argument: String) {
    val result = isomorph(argument)
    assertThat(result.out).doesNotContain(ESCAPE)
    assertThat(result.err).isEmpty()
  }

  @Test
  fun `errors have no colours in a pipe`() {
    assertThat(isomorph("--vesion").err).doesNotContain(ESCAPE)
  }

  private companion object {
    const val ESCAPE = "\u001b"
  }
}
