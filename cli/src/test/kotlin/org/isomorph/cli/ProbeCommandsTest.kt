package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.writeText
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.double
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.tensor.Shape
import org.isomorph.tensor.Tensor
import org.isomorph.tensorfile.Safetensors
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir

class ProbeCommandsTest {
  @TempDir lateinit var temp: Path
  private lateinit var llama: Path
  private lateinit var ids: Path

  @BeforeEach
  fun prepare() {
    llama = Checkpoints.copy("llama", temp)
    ids = temp.resolve("ids").apply { writeText("5 9 3 7 9") }
  }

  private fun isomorph(vararg arguments: String) = IsomorphProcess.java().run(*arguments)

  private fun json(vararg arguments: String): JsonObject {
    val result = isomorph(*arguments, "--ids", "$ids", "--json")
    assertThat(result.exit).describedAs(result.err).isZero
    return result.json()
  }

  private fun JsonObject.list(name: String) = getValue(name).jsonArray.map { it.jsonObject }

  private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

  private fun JsonObject.number(name: String) = getValue(name).jsonPrimitive.double

  @Test
  fun `layers are measured`() {
    val result = isomorph("cos", "$llama", "--ids", "$ids")
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .startsWith("cos distance  in → out  model llama  f32  T=5  (first token apart)\n")
      .contains("decoder.0 ", "decoder.2 ", "decoder.norm", "(not a layer)", "█")
      .doesNotContain("\u001b")
    val found = json("cos", "$llama", "--layer", "-1", "--count-first")
    assertThat(found.list("layers").map { it.text("name") })
      .containsExactly("decoder.2", "decoder.norm")
    assertThat(found.list("layers")[0].list("tokens")).hasSize(5)
    assertThat(found.getValue("first_counted").jsonPrimitive.boolean).isTrue
    assertThat(found.getValue("standardised").jsonPrimitive.boolean).isFalse
    val standardised = isomorph("cos", "$llama", "--ids", "$ids", "--standardize")
    assertThat(standardised.out).contains("(first token apart, dimensions standardised)")
  }

  @Test
  fun `the answer of a text is followed through the layers`() {
    val chain = Chain.write(temp)
    val result = isomorph("topk", "$chain", "--prompt", "aé€", "-k", "3")
    assertThat(result.exit).describedAs(result.err).isZero
    // UTF-8 whatever the locale; the last byte of a character is no text by itself.
    assertThat(result.out)
      .contains("logit lens  model chain", "at @6 '\\xAC'", "'\\xF0'", "◀ settles")
    val found = json("topk", "$llama", "--token", "all", "--k", "4")
    val layers = found.list("layers")
    assertThat(layers.map { it.text("name") })
      .containsExactly("embed", "decoder.0", "decoder.1", "decoder.2")
    assertThat(layers.last().number("agreement")).isEqualTo(1.0)
    assertThat(layers.last().number("kl_nats")).isLessThan(1e-9)
    assertThat(layers[0].list("tokens")[0].getValue("top").jsonArray).hasSize(4)
  }

  @Test
  fun `a token attends to another`() {
    val result =
      isomorph(
        "attention",
        "$llama",
        "--ids",
        "$ids",
        "--layer",
        "1",
        "--query",
        "3",
        "--key",
        "<5>",
      )
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out)
      .contains("decoder.1.attn  causal, full", "query @3 '<7>' → key @0 '<5>'", "by construction")
    val found = json("attention", "$llama", "--query", "-1", "--key", "<9>#1")
    assertThat(found.text("mixer")).isEqualTo("decoder.2.attn")
    assertThat(found.list("heads")).isNotEmpty()
    val map = json("attention", "$llama", "--layer", "0")
    assertThat(map.getValue("weights").jsonArray[0].jsonArray[0].jsonArray[0].jsonPrimitive.double)
      .isEqualTo(1.0)
  }

  @Test
  fun `values are given in numbers, and what is not finite is found`() {
    val found = json("stats", "$llama", "decoder.0..1.out", "l_out-2")
    assertThat(found.list("values").map { it.text("name") })
      .containsExactly("decoder.0.out", "decoder.1.out", "decoder.2.out")
    val all = isomorph("stats", "$llama", "--ids", "$ids")
    assertThat(all.out).startsWith("all of ").contains("values are finite")

    val broken = temp.resolve("nan.safetensors")
    val width = found.list("values")[0].getValue("shape").jsonArray.last().jsonPrimitive.content
    val nan = FloatArray(5 * width.toInt()).also { it[7] = Float.NaN }
    val shape = Shape.of(1, 5, width.toLong())
    Safetensors.write(broken, linkedMapOf("state" to Tensor.ofFloats(shape, *nan)))
    val fed = isomorph("stats", "$llama", "--ids", "$ids", "--feed", "decoder.0.out=$broken")
    assertThat(fed.exit).describedAs(fed.err).isZero
    assertThat(fed.out).startsWith("first value that is not finite: decoder.0.out")
  }

  @Test
  @EnabledOnOs(OS.LINUX, disabledReason = "script(1) has other options elsewhere")
  fun `a terminal has colours`() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) makes the terminal")
    fun terminal(noColour: String?, vararg arguments: String) =
      IsomorphProcess.java()
        .environment("TERM", "xterm-256color")
        .environment("NO_COLOR", noColour)
        // Where this is set, terminals are taken for logs.
        .environment("CI", null)
        .through("exec script -qefc \"\$(printf '%q ' \"\$@\")\" ${temp.resolve("log")}")
        .run(*arguments)
    val result = terminal(null, "cos", "$llama", "--ids", "$ids")
    assertThat(result.exit).isZero
    assertThat(result.out).contains("\u001b[36m█")
    val compare = arrayOf("compare", "$llama", "$llama", "--ids", "$ids")
    assertThat(terminal(null, *compare).out).containsPattern("\u001b\\[[0-9;]+mverdict: same")
    // Progress moves the cursor; colours are what may not be.
    assertThat(terminal("1", *compare).out)
      .contains("verdict: same")
      .doesNotContainPattern("\u001b\\[[0-9;]*m")
  }

  // ---- refusals

  @Test
  fun `what is not there`() {
    val given = arrayOf("--ids", "$ids")
    assertRefused(
      isomorph("cos", "$llama", *given, "--layer", "3"),
      "layer 3 is out of range: the layers of decoder are 0 to 2",
    )
    assertRefused(
      isomorph("attention", "$llama", *given, "--query", "<9>", "--key", "0"),
      "'<9>' is ambiguous: it stands at 1, 4",
    )
    assertRefused(
      isomorph("attention", "$llama", *given, "--query", "<8>", "--key", "0"),
      "'<8>' is not in the prompt",
    )
    assertRefused(
      isomorph("stats", "$llama", "decoder.0.ffn.router", *given),
      "not a mixture",
      "nearest",
    )
    assertRefused(isomorph("stats", "$llama", "--routing", *given), "mixture of experts")
  }

  @Test
  fun `prompts that cannot be read`() {
    assertRefused(
      isomorph("topk", "$llama", "--prompt", "a"),
      "expected a tokenizer.json for --prompt, found none",
      "--ids",
    )
    val chain = Chain.write(temp)
    assertRefused(
      isomorph("topk", "$chain", "--prompt", "a".repeat(80)),
      "the prompt has 81 tokens, chain was made for 64; give fewer",
    )
    assertThat(isomorph("cos", "$llama").err).contains("expected one of --prompt TEXT, --ids FILE")
    assertRefused(isomorph("cos", "llama-3-8b", "--ids", "$ids"), "without weights")
  }
}
