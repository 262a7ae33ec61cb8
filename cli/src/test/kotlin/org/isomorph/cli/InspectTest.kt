package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.createDirectory
import kotlin.io.path.readText
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

class InspectTest {
  @TempDir lateinit var temp: Path

  private fun inspect(vararg arguments: String) = IsomorphProcess.java().run("inspect", *arguments)

  @Test
  fun `JSON has the keys that scripts rely on`() {
    val result = inspect("${Checkpoints.copy("llama", temp)}", "--json")
    assertThat(result.exit).isZero
    assertThat(result.err).isEmpty()
    val document = result.json()
    fun long(key: String) = document.getValue(key).jsonPrimitive.long
    assertThat(document.getValue("dialect").jsonPrimitive.content).isEqualTo("llama")
    assertThat(long("parameters")).isEqualTo(29_600)
    assertThat(long("active_parameters")).isEqualTo(29_600)
    assertThat(long("flops_per_token")).isEqualTo(52_416)
    // 3 layers of a key and a value of 2 heads of 8 floats each.
    assertThat(long("cache_bytes_per_token")).isEqualTo(3 * 2 * 2 * 8 * 4)
    assertThat(long("tensors")).isEqualTo(30)
  }

  @ParameterizedTest
  @CsvSource(
    "llama-3-8b, llama, 8030261248, 291",
    "llama-2-7b, llama, 6738415616, 291",
    "baichuan2-7b, baichuan, 7505973248, 227",
    "gpt2, gpt2, 124439808, 148",
  )
  fun `a preset's numbers are those published`(
    preset: String,
    family: String,
    parameters: Long,
    tensors: Long,
  ) {
    val document = inspect(preset, "--json").json()
    assertThat(document.getValue("dialect").jsonPrimitive.content).isEqualTo(family)
    assertThat(document.getValue("parameters").jsonPrimitive.long).isEqualTo(parameters)
    assertThat(document.getValue("tensors").jsonPrimitive.long).isEqualTo(tensors)
  }

  @Test
  fun `a bare configuration needs no weights`() {
    val file = Checkpoints.copy("qwen3", temp).resolve("config.json")
    val result = inspect("$file")
    assertThat(result.exit).isZero
    assertThat(result.out).contains("qwen3", "parameters", "tensors")
  }

  @Test
  fun `the specification in the document is a model too`() {
    val spec = inspect("llama-2-7b", "--json").json().getValue("spec").jsonObject
    val file = temp.resolve("spec.json").toFile()
    file.writeText("$spec")
    val document = inspect("$file", "--json").json()
    assertThat(document.getValue("parameters").jsonPrimitive.long).isEqualTo(6_738_415_616)
    assertThat(document).doesNotContainKey("dialect")
  }

  @Test
  fun `parameters are listed with the tensors that store them`() {
    val result = inspect("${Checkpoints.copy("gpt2", temp)}", "--params")
    assertThat(result.out)
      .containsPattern(
        "decoder\\.0\\.attn\\.q\\.weight +\\[32, 32] +\\S*h\\.0\\.attn\\.c_attn\\.weight"
      )
  }

  @Test
  fun `a graph is a line an operation, and ends with its laws`() {
    val result = inspect("llama-3-8b", "--graph")
    assertThat(result.exit).isZero
    assertThat(result.out)
      .contains(
        "decoder.0.attn.q: float (batch, 32, seq, 128) = split_heads(32) decoder.0.attn.q.linear",
        "decoder.1 .. decoder.31: as decoder.0\n",
        "cached decoding equals uncached             yes\n",
      )
      .endsWith("a graph cut in two equals the whole         yes\n")
    assertThat(inspect("llama-3-8b", "--graph", "--unfolded").out).contains("\ndecoder.31\n")
  }

  @Test
  fun `a drawing is one file`() {
    val file = temp.resolve("gpt2.svg")
    val result = inspect("gpt2", "--svg", "$file")
    assertThat(result.exit).isZero
    assertThat(result.out).doesNotContain("cached decoding")
    assertThat(temp.toFile().list()).containsExactly("gpt2.svg")
    assertThat(file.readText()).startsWith("<svg ").contains("×12").endsWith("</svg>\n")
  }

  @Test
  fun `a drawing that cannot be written leaves nothing`() {
    assertRefused(inspect("gpt2", "--svg", "$temp/absent/gpt2.svg"), "$temp/absent")
    assertThat(temp.toFile().list()).isEmpty()
  }

  @Test
  fun `the document has the laws where the graph is asked for`() {
    val laws = inspect("gpt2", "--graph", "--json").json().getValue("laws").jsonObject
    assertThat(laws.getValue("cached").jsonPrimitive.content).isEqualTo("yes")
    assertThat(laws.getValue("padded_left").jsonPrimitive.content).startsWith("no: learned")
    assertThat(inspect("gpt2", "--json").json()).doesNotContainKeys("laws", "graph")
  }

  @Test
  fun `what is no model says what could be one`() {
    assertRefused(inspect("llama-3-9b"), "llama-3-9b", "directory", "preset", "families --presets")
    val empty = temp.resolve("empty").createDirectory()
    assertRefused(inspect("$empty"), "$empty", "config.json")
  }

  @Test
  fun `a weight file is no configuration`() {
    val file = Checkpoints.copy("llama", temp).resolve("model.safetensors")
    assertRefused(inspect("$file"), "$file: expected UTF-8 text")
  }

  @Test
  fun `nothing in the checkpoint is touched`() {
    val directory = Checkpoints.copy("llama", temp)
    val before = Checkpoints.content(directory)
    assertThat(inspect("$directory").exit).isZero
    assertThat(Checkpoints.content(directory)).isEqualTo(before)
  }
}
