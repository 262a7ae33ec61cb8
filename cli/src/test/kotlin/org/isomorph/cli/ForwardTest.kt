package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.createDirectory
import kotlin.io.path.deleteExisting
import kotlin.io.path.readBytes
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.convert.Checkpoint
import org.isomorph.dialect.Dialects
import org.isomorph.runtime.Request
import org.isomorph.runtime.RunOptions
import org.isomorph.tensor.DType
import org.isomorph.tensor.Shape
import org.isomorph.tensor.Tensor
import org.isomorph.tensorfile.Safetensors
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class ForwardTest {
  @TempDir lateinit var temp: Path
  private lateinit var model: Path
  private lateinit var inputs: Path
  private lateinit var output: Path
  private val ids = Tensor.ofLongs(Shape.of(1, 3), 5, 9, 3)

  @BeforeEach
  fun prepare() {
    model = Checkpoints.copy("llama", temp)
    // What is no input is in the way of nothing.
    inputs = file("in", "logits" to Tensor.ofFloats(Shape.of(1), 7f), "input_ids" to ids)
    output = temp.resolve("out.safetensors")
  }

  private fun file(name: String, vararg tensors: Pair<String, Tensor>): Path =
    temp.resolve("$name.safetensors").also { Safetensors.write(it, linkedMapOf(*tensors)) }

  private fun forward(vararg more: String, of: Path = model, from: Path = inputs) =
    IsomorphProcess.java().run("forward", "$of", "--inputs", "$from", "--output", "$output", *more)

  private fun expected(request: Request) =
    Checkpoint.open(model, Dialects.load(javaClass.classLoader))
      .load(RunOptions.usual().`in`(DType.F32))
      .use { it.forward(request).values() }

  @Test
  fun `outputs and taps are written`() {
    val result = forward("--tap", "decoder.0..2.out", "--tap", "hidden_states[0]")
    assertThat(result.err).isEmpty()
    assertThat(result.out).isEmpty()
    assertThat(result.exit).isZero
    val written = Safetensors.read(output)
    assertThat(written)
      .containsOnlyKeys("logits", "decoder.0.out", "decoder.1.out", "decoder.2.out", "embed.out")
    assertThat(written)
      .isEqualTo(expected(Request.of("input_ids", ids).tap("decoder.0..2.out", "embed.out")))
  }

  @Test
  fun `a fed value takes the place of the computed one`() {
    val other = Tensor.ofFloats(Shape.of(1, 3, 32), *FloatArray(96) { it / 10f })
    val wanted = expected(Request.of("input_ids", ids).feed("decoder.1.out", other))
    val only = file("only", "whatever" to other)
    assertThat(forward("--feed", "decoder.1.out=$only").exit).isZero
    assertThat(Safetensors.read(output)).isEqualTo(wanted)
    val among = file("among", "other" to ids, "decoder.1.out" to other)
    assertThat(forward("--feed", "decoder.1.out=$among").exit).isZero
    assertThat(Safetensors.read(output)).isEqualTo(wanted)
    output.deleteExisting()
    assertRefused(
      forward("--feed", "decoder.0.out=$among"),
      "$among: expected a tensor called decoder.0.out, or a single one; found 2",
    )
    assertThat(forward("--feed", "decoder.0.out").err).contains("expected NAME=FILE")
    assertNothingWritten()
  }

  @Test
  fun `two stages on the processor give the same`() {
    assertThat(forward("--device", "cpu,cpu", "--tap", "decoder.1.attn.probs").exit).isZero
    assertThat(Safetensors.read(output))
      .isEqualTo(expected(Request.of("input_ids", ids).tap("decoder.1.attn.probs")))
  }

  @ParameterizedTest
  @ValueSource(strings = ["bf16", "f64"])
  fun `other dtypes are as near as they are wide`(dtype: String) {
    assertThat(forward("--dtype", dtype).exit).isZero
    val logits = Safetensors.read(output).getValue("logits")
    assertThat(logits.dtype()).isEqualTo(if (dtype == "f64") DType.F64 else DType.F32)
    val exact = expected(Request.of("input_ids", ids)).getValue("logits").floats()
    val greatest = exact.maxOf { kotlin.math.abs(it) }
    val difference =
      logits.floats().zip(exact.asIterable()).maxOf { (a, b) -> kotlin.math.abs(a - b) }
    assertThat(difference / greatest).isLessThan(if (dtype == "f64") 1e-5f else 0.1f)
  }

  // ---- refusals

  private fun assertNothingWritten() {
    assertThat(temp.names()).noneMatch { it.startsWith("out") }
  }

  @Test
  fun `a description has no weights`() {
    assertRefused(
      forward(of = Path.of("llama-3-8b")),
      "llama-3-8b is a description, without weights",
      "isomorph init SPEC DIR --to llama",
    )
    assertNothingWritten()
  }

  @Test
  fun `inputs that are none`() {
    val missing = temp.resolve("missing")
    assertRefused(forward(from = missing), "no such file or directory: $missing")
    val text = temp.resolve("text").apply { writeText("these are not tensors") }
    assertRefused(forward(from = text), "$text", "not safetensors")
    val others = file("others", "ids" to ids)
    assertRefused(
      forward(from = others),
      "$others: no tensor of this file is an input",
      "input_ids",
    )
    val floats = file("floats", "input_ids" to Tensor.ofFloats(Shape.of(1, 1), 1f))
    assertRefused(forward(from = floats), "input_ids: expected whole numbers (I64), found F32")
    val beyond = file("beyond", "input_ids" to Tensor.ofLongs(Shape.of(1, 2), 0, 99))
    assertRefused(forward(from = beyond), "expected numbers from 0 to 98, found 99")
    val zeros = Tensor.ofLongs(Shape.of(1, 3), 0, 0, 0)
    val hidden = file("hidden", "input_ids" to ids, "attention_mask" to zeros)
    assertRefused(forward(from = hidden), "attention_mask hides all tokens of row 0")
    assertNothingWritten()
  }

  @Test
  fun `taps and devices that are not there`() {
    assertRefused(forward("--tap", "decoder.0.ffn.router"), "decoder.0.ffn.router", "not a mixture")
    assertRefused(forward("--tap", "decoder.9.out"), "layers of decoder are 0 to 2", "nearest")
    assertRefused(
      forward("--device", "cuda:99"),
      "device cuda:99 is not there",
      "PYTORCH_LIBRARY_PATH",
    )
    assertRefused(forward("--device", "cpu,gpu"), "device \"gpu\"", "cuda:N")
    assertNothingWritten()
  }

  @Test
  fun `output that cannot be`() {
    output = temp.resolve("nowhere/out.safetensors")
    assertRefused(forward(), "$output: there is no folder ${temp.resolve("nowhere")}")
    output = temp.resolve("folder").createDirectory()
    assertRefused(forward(), "$output: expected the name of a file to write, found a folder")
    output = model.resolve("model.safetensors")
    val before = output.readBytes()
    assertRefused(forward(), "$output: this file holds weights of the model")
    assertThat(output.readBytes()).isEqualTo(before)
  }

  @Test
  fun `weights that are missing`() {
    val file = model.resolve("model.safetensors")
    val tensors = LinkedHashMap(Safetensors.read(file))
    tensors.remove("model.norm.weight")
    file.deleteExisting()
    Safetensors.write(file, tensors)
    assertRefused(forward(), "1 of 30 tensors", "missing: model.norm.weight")
    file.deleteExisting()
    assertThat(forward().exit).isEqualTo(1)
    assertNothingWritten()
  }
}
