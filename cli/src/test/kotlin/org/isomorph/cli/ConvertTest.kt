package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.name
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class ConvertTest {
  @TempDir lateinit var temp: Path
  private val destination by lazy { temp.resolve("out") }
  private val llama by lazy { Checkpoints.copy("llama", temp) }

  private fun isomorph(vararg arguments: Any) =
    IsomorphProcess.java().run(*arguments.map { it.toString() }.toTypedArray())

  @Test
  fun `says what it did, and writes a whole checkpoint`() {
    val result = isomorph("convert", llama, destination, "--to", "qwen2")
    assertThat(result.exit).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .contains("add zero attention biases")
      .containsPattern("llama -> qwen2: 39 tensors, 123,\\d{3} bytes in .* to $destination\n$")
    assertThat(destination.names()).containsExactly("config.json", "model.safetensors")
    assertThat(destination.resolve("config.json").readText()).contains("\"qwen2\"")
    assertThat(temp.names()).containsExactly("llama", "out")
  }

  @Test
  fun `there and back again by trans_X_to_Y`() {
    val there = isomorph("trans_llama_to_qwen2", llama, temp.resolve("qwen2"))
    val back = isomorph("trans_qwen2_to_llama", temp.resolve("qwen2"), destination)
    // Through our own writer too, as headers may be spelled in more than one way.
    val unmoved = isomorph("convert", llama, temp.resolve("same"), "--to", "llama")
    assertThat(listOf(there, back, unmoved).map { it.exit }).containsOnly(0)
    val file = "model.safetensors"
    assertThat(destination.resolve(file)).hasSameBinaryContentAs(temp.resolve("same").resolve(file))
  }

  @Test
  fun `a plan writes nothing`() {
    val result = isomorph("convert", llama, destination, "--to", "gpt2", "--plan")
    assertThat(result.exit).isEqualTo(1)
    val possible = isomorph("convert", llama, destination, "--to", "qwen2", "--plan")
    assertThat(possible.exit).isZero
    assertThat(possible.out)
      .contains("(llama) to qwen2: exact", "q_proj.bias x3 [32]", "model.safetensors")
    assertThat(temp.names()).containsExactly("llama")
  }

  @Test
  fun `a plan as JSON is one document with stable keys`() {
    val result = isomorph("convert", llama, destination, "--to", "qwen2", "--plan", "--json")
    assertThat(result.exit).isZero
    val document = result.json()
    assertThat(document.keys)
      .containsExactly(
        "source",
        "from",
        "to",
        "outcome",
        "digest",
        "steps",
        "made",
        "casts",
        "evidence",
        "left",
        "unsaid",
        "bytes",
        "files",
        "tensors",
      )
    assertThat(document.getValue("tensors").jsonArray).hasSize(39)
    assertThat(temp.names()).containsExactly("llama")
  }

  @Test
  fun `a conversion as JSON adds its result, and counts every byte`() {
    val document = isomorph("convert", llama, destination, "--to", "qwen2", "--json").json()
    val result = document.getValue("result").jsonObject
    assertThat(result.keys).containsExactly("bytes", "files_written", "files_resumed", "seconds")
    val written = destination.names().sumOf { destination.resolve(it).fileSize() }
    assertThat(result.getValue("bytes").jsonPrimitive.content).isEqualTo("$written")
    assertThat(document.getValue("bytes").jsonPrimitive.content).isEqualTo("$written")
  }

  @Test
  fun `casts and splits, by sizes as people write them`() {
    val options = arrayOf("--to", "llama", "--dtype", "bf16", "--max-shard-size", "0.04MB")
    val result = isomorph("convert", llama, destination, *options)
    assertThat(result.exit).isZero
    assertThat(result.out).contains("F32 -> BF16")
    assertThat(destination.names())
      .containsExactly(
        "config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
      )
    val inspected = isomorph("inspect", destination, "--json").json()
    assertThat(inspected.getValue("dtype").jsonPrimitive.content).isEqualTo("BF16")
    assertThat(inspected.getValue("parameters").jsonPrimitive.content).isEqualTo("29600")
  }

  @Test
  fun `files beside the weights come along`() {
    llama.resolve("tokenizer.json").writeText("{}")
    llama.resolve("modeling_llama.py").writeText("raise SystemExit")
    assertThat(isomorph("convert", llama, destination, "--to", "qwen2").exit).isZero
    assertThat(destination.names())
      .containsExactly("config.json", "model.safetensors", "tokenizer.json")
  }

  @Test
  fun `an empty destination is as good as none`() {
    destination.createDirectories()
    assertThat(isomorph("convert", llama, destination, "--to", "qwen2").exit).isZero
    assertThat(destination.names()).contains("model.safetensors")
  }

  @Test
  fun `a destination that holds files is left alone, and replaced by force`() {
    val mine = destination.createDirectories().resolve("mine.txt")
    mine.writeText("precious")
    val arguments = arrayOf("convert", llama, destination, "--to", "qwen2")
    assertRefused(isomorph(*arguments), "$destination is not empty", "--force")
    assertThat(destination.names()).containsExactly(mine.name)
    assertThat(temp.names()).containsExactly("llama", "out")

    assertThat(isomorph(*arguments, "--force").exit).isZero
    assertThat(mine.exists()).isFalse
    assertThat(destination.names()).containsExactly("config.json", "model.safetensors")
  }
}
