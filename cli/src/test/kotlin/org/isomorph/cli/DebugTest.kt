package org.isomorph.cli

import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class DebugTest {
  @TempDir lateinit var temp: Path
  private lateinit var llama: Path

  @BeforeEach
  fun prepare() {
    llama = Checkpoints.copy("llama", temp)
  }

  private fun debug(model: Path, vararg lines: String, options: List<String> = listOf()) =
    IsomorphProcess.java()
      .input(lines.joinToString("\n", postfix = "\n"))
      .run("debug", "$model", *options.toTypedArray())

  @Test
  fun `lines of a pipe are answered in turn`() {
    val page = temp.resolve("page.html")
    val result =
      debug(
        llama,
        "ids 5 9, 3 7 9",
        "cos",
        "",
        "cos -1",
        "topk 0..1 3 0",
        "topk",
        "attention 1",
        "attention 1 3 '<5>'",
        "stats decoder.*.out l_out-0",
        "find nan",
        "html $page",
        "help",
        "quit",
        "cos",
      )
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .startsWith("model llama  f32  T=5\n  @0 '<5>' @1 '<9>' @2 '<3>'")
      .contains("query @3 '<7>' → key @0 '<5>'", "decoder.1.attn  causal, full")
      .contains("  at @0 '<5>'", "  at @4 '<9>'", "embed ")
      .contains("values are finite", "attention LAYER [QUERY KEY]")
      .contains("$page: a page of ")
      .doesNotContain("\u001b")
    assertThat(page).exists()
    assertThat(Regex("(?m)^cos distance").findAll(result.out).count()).isEqualTo(2)
  }

  @Test
  fun `what cannot be done is one line, and does not end the session`() {
    val wrong =
      mapOf(
        "cos" to "the model has read nothing yet: begin with prompt TEXT, or ids 1 2 3",
        "prompt a dog" to "llama has no tokenizer.json; give token ids instead: ids 1 2 3",
        "prompt" to "expected \"prompt TEXT\", found \"prompt\"",
        "ids 5 x" to "ids: expected token ids, found x at place 2",
        "cosine" to "there is no command cosine; the nearest are cos, ",
        "ids 5 9 3 9" to null,
        "cos 3" to "layer 3 is out of range: the layers of decoder are 0 to 2",
        "topk 1 many" to "topk: expected a count K, found many",
        "topk 1 0" to "",
        "attention 1 0" to "expected \"attention LAYER [QUERY KEY]\", found \"attention 1 0\"",
        "attention 1 '<9>' 0" to "'<9>' is ambiguous: it stands at 1, 3",
        "attention 1 '<9> 0" to "expected a closing ' behind '<9> 0",
        "stats decoder.0.ffn.router" to "not a mixture",
        "find inf" to "expected \"find nan\", found \"find inf\"",
        "compare ${temp.resolve("none")}" to "none",
        "html ${temp.resolve("none/page.html")}" to "make it first",
        "quit now" to "expected \"quit\", found \"quit now\"",
      )
    val result = debug(llama, *wrong.keys.toTypedArray(), "stats logits")
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out).contains("logits").hasLineCount(5)
    val said = result.err.trim().lines()
    assertThat(said).hasSameSizeAs(wrong.values.filterNotNull())
    wrong.values.filterNotNull().zip(said).forEach { (expected, line) ->
      assertThat(line).startsWith("Error: ").contains(expected).doesNotContain("internal error")
    }
  }

  @Test
  fun `a prompt is a text, to the end of its line`() {
    val chain = Chain.write(temp)
    val result =
      debug(
        chain,
        "topk 0 1 -1",
        "prompt it's \"é",
        "prompt 'a  b'",
        options = listOf("--prompt", "aé€"),
      )
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out)
      .contains("at @6 '\\xAC'")
      .contains("@5 ' ' @6 '\"' @7 '\\xC3'")
      .contains("@1 'a' @2 ' ' @3 ' ' @4 'b'\n")
  }

  @Test
  fun `another model is what is right`() {
    val other = Checkpoints.copy("llama", temp.resolve("other"))
    other.resolve("config.json").edit("\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 1e-02")
    val result = debug(llama, "ids 5 9 3", "compare $llama", "compare $other", "cos 0")
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out).contains("verdict: same", "FAULT").contains("cos distance")
  }
}
