package org.isomorph.cli

import com.github.ajalt.clikt.core.ProgramResult
import com.github.ajalt.clikt.testing.test
import java.nio.file.NoSuchFileException
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class IsomorphTest {
  private class Command(name: String, private val work: IsomorphCommand.() -> Unit) :
    IsomorphCommand(name) {
    override fun execute() = work()
  }

  private fun isomorph(vararg argv: String, work: IsomorphCommand.() -> Unit = {}) =
    Isomorph(listOf(Command("inspect", work), Command("convert") {})).let {
      it.test(it.firstThingsFirst(argv.asList()))
    }

  @ParameterizedTest
  @ValueSource(strings = ["inspct", "inspct model", "inspct --json model", "inspct A B --to qwen2"])
  fun `nearest command is suggested`(typed: String) {
    val result = isomorph(*typed.split(' ').toTypedArray())
    assertThat(result.statusCode).isEqualTo(1)
    assertThat(result.stderr).contains("no such subcommand inspct", "Did you mean inspect?")
  }

  @Test
  fun `no arguments show the help`() {
    val result = isomorph()
    assertThat(result.output).contains("Usage: isomorph", "inspect", "convert", "Exit status")
  }

  @Test
  fun `failure is one line on stderr and status 1`() {
    val result = isomorph("inspect") { throw NoSuchFileException("model/config.json") }
    assertThat(result.statusCode).isEqualTo(1)
    assertThat(result.stdout).isEmpty()
    assertThat(result.stderr).isEqualTo("Error: no such file or directory: model/config.json\n")
  }

  @Test
  fun `long messages are not wrapped`() {
    val long = "expected " + "one word after another ".repeat(20)
    val result = isomorph("inspect") { throw IllegalArgumentException(long) }
    assertThat(result.stderr).isEqualTo("Error: $long\n")
  }

  @Test
  fun `debugging adds the stack trace`() {
    val command = Command("inspect") { throw IllegalArgumentException("rows: 3 is odd") }
    val result =
      Isomorph(listOf(command)).test(listOf("inspect"), envvars = mapOf("ISOMORPH_DEBUG" to "1"))
    assertThat(result.stderr)
      .startsWith("Error: rows: 3 is odd\njava.lang.IllegalArgumentException: rows: 3 is odd\n")
      .contains(" at org.isomorph.cli.IsomorphTest")
  }

  @Test
  fun `other exit statuses pass through`() {
    assertThat(isomorph("inspect") { throw ProgramResult(3) }.statusCode).isEqualTo(3)
  }

  @Test
  fun `json keeps the order of its keys`() {
    val result =
      isomorph("inspect") {
        printJson(
          buildJsonObject {
            put("parameters", 8_030_261_248)
            put("dialect", JsonPrimitive("llama"))
          }
        )
      }
    assertThat(result.stdout)
      .isEqualTo("{\n  \"parameters\": 8030261248,\n  \"dialect\": \"llama\"\n}\n")
  }
}
