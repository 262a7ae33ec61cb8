package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeText
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.tensor.Shape
import org.isomorph.tensor.Tensor
import org.isomorph.tensorfile.Safetensors
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class VerifyTest {
  @TempDir lateinit var temp: Path
  private lateinit var llama: Path
  private lateinit var qwen2: Path

  @BeforeEach
  fun convert() {
    llama = Checkpoints.copy("llama", temp)
    qwen2 = temp.resolve("as-qwen2")
    assertThat(IsomorphProcess.java().run("convert", "$llama", "$qwen2", "--to", "qwen2").exit)
      .isZero
  }

  private fun verify(vararg more: String, of: Path = qwen2) =
    IsomorphProcess.java().run("verify", "$llama", "$of", *more)

  /** The weights of the converted model, damaged. */
  private fun damage(change: (MutableMap<String, Tensor>) -> Unit) {
    val file = qwen2.resolve("model.safetensors")
    val tensors = LinkedHashMap(Safetensors.read(file))
    change(tensors)
    file.deleteExisting()
    Safetensors.write(file, tensors)
  }

  @Test
  fun `a conversion is the same`() {
    val result = verify()
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .startsWith("$llama, $qwen2: same: every piece bit for bit; logits within")
    assertThat(result.exit).isZero
  }

  @Test
  fun `ranks are executed as Megatron computes`() {
    val ranks = temp.resolve("ranks")
    val options = arrayOf("--to", "megatron", "--tp", "2")
    assertThat(IsomorphProcess.java().run("convert", "$llama", "$ranks", *options).exit).isZero
    val result = verify("--as-megatron", of = ranks)
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .startsWith("$llama, $ranks: same as Megatron computes, 2 ranks (TP 2, PP 1): logits within")
    assertThat(result.exit).isZero
  }

  @Test
  fun `only a Megatron checkpoint is executed`() {
    val result = verify("--as-megatron")
    assertThat(result.err).contains("expected a checkpoint of Megatron's to execute")
    assertThat(result.exit).isEqualTo(1)
  }

  @Test
  fun `one place is named with what its weights hold`() {
    val gate = "model.layers.1.mlp.gate_proj.weight"
    val up = "model.layers.1.mlp.up_proj.weight"
    damage { it.put(gate, it.put(up, it.getValue(gate))!!) }
    val result = verify()
    assertThat(result.exit).isEqualTo(2)
    assertThat(result.out.lines().first())
      .startsWith("$llama, $qwen2: differs in one place: decoder.1.ffn.gate (off by ")
    assertThat(result.out)
      .contains("it holds the reference's decoder.1.ffn.up.weight", "<- parts")
      .doesNotContain("not finite")
    val document = verify("--json").json()
    assertThat(document.getValue("exit").jsonPrimitive.int).isEqualTo(2)
    val fault = document.getValue("fault").jsonObject
    assertThat(fault.getValue("value").jsonPrimitive.content).isEqualTo("decoder.1.ffn.gate")
    assertThat(greatest(fault)).isGreaterThan(0.1)
    assertThat(document.getValue("pieces").jsonArray).hasSize(5)
  }

  private fun greatest(fault: JsonObject) =
    fault.getValue("local").jsonObject.getValue("greatest").jsonPrimitive.double

  @Test
  fun `what differs everywhere is explained by the description`() {
    qwen2.resolve("config.json").edit("\"rope_theta\": 10000", "\"rope_theta\": 500000")
    val result = verify()
    assertThat(result.exit).isEqualTo(3)
    assertThat(result.out)
      .contains("differs in 3 of 5 pieces, first at decoder.0.attn.q.rope")
      .contains("theta: 10000 in the first, 500000 in the second")
  }

  @Test
  fun `other outlines cannot be compared`() {
    val baichuan = Checkpoints.copy("baichuan2_7b", temp)
    val result = verify(of = baichuan)
    assertThat(result.exit).isEqualTo(4)
    assertThat(result.out)
      .contains("not comparable: layers of decoder: 3 in the first, 2 in the second")
  }

  @Test
  fun `a number that is none is a difference`() {
    damage {
      val norm = it.getValue("model.layers.2.post_attention_layernorm.weight")
      val values = norm.floats()
      values[3] = Float.NaN
      it["model.layers.2.post_attention_layernorm.weight"] = Tensor.ofFloats(norm.shape(), *values)
    }
    val result = verify("--json")
    assertThat(result.exit).isEqualTo(2)
    assertThat(result.json().getValue("verdict").jsonPrimitive.content)
      .contains("decoder.2.ffn.norm.out (off by not finite at row 0, token 0")
  }

  @Test
  fun `inputs come from a file, as ids or as a prompt`() {
    val inputs = temp.resolve("in.safetensors")
    Safetensors.write(
      inputs,
      linkedMapOf("input_ids" to Tensor.ofLongs(Shape.of(2, 3), 5, 9, 3, 1, 2, 4)),
    )
    assertThat(verify("--inputs", "$inputs").out).contains("in 6 of 6")
    val ids = temp.resolve("ids.txt").also { it.writeText("5, 9 3\n") }
    assertThat(verify("--ids", "$ids").out).contains("in 3 of 3")
    assertRefused(verify("--prompt", "the sea"), "tokenizer.json", "--ids")
    ids.writeText("5 99")
    assertRefused(verify("--ids", "$ids"), "numbers from 0 to 98, found 99 in row 0, column 1")
    assertThat(verify("--ids", "$ids", "--inputs", "$inputs").err).contains("at most one of")
  }

  @Test
  fun `a description has nothing to run`() {
    assertRefused(
      IsomorphProcess.java().run("verify", "$llama", "llama-3-8b"),
      "llama-3-8b is a description, without weights",
    )
  }
}
