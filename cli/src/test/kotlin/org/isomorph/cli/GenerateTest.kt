package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class GenerateTest {
  @TempDir lateinit var temp: Path

  private fun generate(vararg arguments: String) =
    IsomorphProcess.java().run("generate", *arguments)

  @Test
  fun `text follows a prompt, and figures go to stderr`() {
    val result = generate("${Chain.write(temp)}", "--prompt", "a")
    assertThat(result.exit).describedAs(result.err).isZero
    // UTF-8 whatever the locale.
    assertThat(result.out).isEqualTo(Chain.TEXT.drop(1) + "\n")
    assertThat(result.err)
      .matches(
        "ready in \\d+\\.\\d\\d s, first of 12 tokens \\d+\\.\\d\\d s later, then \\d+\\.\\d tokens/s \\(prompt: 2 tokens\\)\n"
      )
  }

  @Test
  fun `an empty prompt is the beginning of a text, and a character that is cut off is shown at last`() {
    val directory = Chain.write(temp)
    assertThat(generate("$directory", "--prompt", "", "--max-tokens", "4").out)
      .isEqualTo("aé\uFFFD\n")
  }

  @Test
  fun `ids need no tokenizer`() {
    val directory = Chain.write(temp)
    directory.resolve("tokenizer.json").deleteExisting()
    val file = temp.resolve("ids").apply { writeText("0,${Chain.ids[0]}\n ${Chain.ids[1]}\n") }
    val result = generate("$directory", "--ids", "$file", "--seed", "3", "--top-k", "1")
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out).isEqualTo(Chain.ids.drop(2).joinToString(" ") + " 1\n")

    assertRefused(
      generate("$directory", "--prompt", "a"),
      "$directory: expected a tokenizer.json for --prompt, found none",
      "--ids",
    )
  }

  @Test
  fun `what makes no sense is refused`() {
    val directory = Chain.write(temp)
    val file = temp.resolve("ids").apply { writeText("0 x") }
    assertRefused(generate("$directory", "--ids", "$file"), "token ids, found x at place 2")
    file.writeText("0 258")
    assertRefused(generate("$directory", "--ids", "$file"), "from 0 to 257, found 258")
    assertRefused(generate("$directory", "--prompt", "a", "--top-p", "2"), "top-p", "found 2.0")
    assertRefused(generate("llama-2-7b", "--prompt", "a"), "without weights", "isomorph init")
    directory.resolve("tokenizer.json").writeText("{}")
    assertRefused(generate("$directory", "--prompt", "a"), "cannot be read as a tokenizer")
    assertThat(generate("$directory").err).contains("expected one of --prompt TEXT and --ids FILE")
  }
}
