package org.isomorph.cli

import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.tensor.Shape
import org.isomorph.tensor.Tensor
import org.isomorph.tensorfile.Safetensors
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Commands do with torch files what they do with safetensors. */
class TorchFilesTest {
  @TempDir lateinit var temp: Path
  private val llama by lazy { Checkpoints.copy("llama", temp) }

  private fun isomorph(vararg arguments: Any) =
    IsomorphProcess.java().run(*arguments.map { it.toString() }.toTypedArray()).also {
      assertThat(it.err).isEmpty()
      assertThat(it.exit).isZero
    }

  @Test
  fun `torch files are written, told of, run and converted back`() {
    val torch = temp.resolve("torch")
    isomorph(
      "convert",
      llama,
      torch,
      "--to",
      "llama",
      "--format",
      "bin",
      "--max-shard-size",
      "70KB",
    )
    assertThat(torch.names())
      .containsExactly(
        "config.json",
        "pytorch_model-00001-of-00002.bin",
        "pytorch_model-00002-of-00002.bin",
        "pytorch_model.bin.index.json",
      )
    assertThat(isomorph("inspect", torch).out).contains("torch: llama", "mostly F32")
    isomorph("convert", torch, temp.resolve("back"), "--to", "llama")
    isomorph("convert", llama, temp.resolve("same"), "--to", "llama")
    assertThat(Safetensors.read(temp.resolve("back/model.safetensors")))
      .isEqualTo(Safetensors.read(temp.resolve("same/model.safetensors")))
    assertThat(logits(torch)).isEqualTo(logits(llama))
  }

  @Test
  fun `Meta's layout is written, told of, and converted back`() {
    val meta = temp.resolve("meta")
    isomorph("trans_llama_to_meta", llama, meta)
    assertThat(meta.names()).containsExactly("consolidated.00.pth", "params.json")
    assertThat(isomorph("inspect", meta).out).contains("meta: llama-meta", ".pairs()")
    isomorph("convert", meta, temp.resolve("back"), "--to", "llama")
    assertThat(Safetensors.read(temp.resolve("back/model.safetensors")))
      .containsExactlyInAnyOrderEntriesOf(Safetensors.read(llama.resolve("model.safetensors")))
  }

  private fun logits(model: Path): Tensor? {
    val inputs = temp.resolve("inputs.safetensors")
    Safetensors.write(inputs, linkedMapOf("input_ids" to Tensor.ofLongs(Shape.of(1, 3), 5, 9, 3)))
    val output = temp.resolve("${model.fileName}-logits.safetensors")
    isomorph("forward", model, "--inputs", inputs, "--output", output)
    return Safetensors.read(output)["logits"]
  }
}
