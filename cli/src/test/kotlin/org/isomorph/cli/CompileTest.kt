package org.isomorph.cli

import java.nio.file.Path
import java.util.zip.ZipFile
import kotlin.io.path.fileSize
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class CompileTest {
  @TempDir lateinit var temp: Path

  private fun compile(vararg arguments: String) = IsomorphProcess.java().run("compile", *arguments)

  private fun source(archive: Path) =
    ZipFile(archive.toFile()).use { zip ->
      zip.getInputStream(zip.getEntry("m/code/__torch__.py")).reader().readText()
    }

  @Test
  fun `weights are inside unless they are to stay where they are`() {
    val model = Checkpoints.copy("gpt2", temp)
    val inside = temp.resolve("inside.pt")
    val result = compile("$model", "$inside")
    assertThat(result.err).isEmpty()
    assertThat(result.exit).isZero
    assertThat(result.out).startsWith("$inside: gpt2, ")
    assertThat(source(inside))
      .contains(
        "forward(self: __torch__.M, input_ids: Tensor, attention_mask: Optional[Tensor]=None)"
      )
      .contains("decoder_0_attn_q_weight : Tensor")
    val external = temp.resolve("external.pt")
    assertThat(compile("$model", "$external", "--weights", "external").exit).isZero
    assertThat(source(external)).contains("def bind(self: __torch__.M, directory: str")
    assertThat(external.fileSize()).isLessThan(inside.fileSize() / 2)
    assertThat(temp.names()).noneMatch { it.endsWith(".partial") }
  }

  @Test
  fun `what cannot be compiled or written is refused`() {
    assertRefused(compile("llama-3-8b", "$temp/out.pt"), "without weights", "isomorph init")
    val model = Checkpoints.copy("llama", temp)
    assertRefused(compile("$model", "$temp/no/out.pt"), "there is no folder $temp/no")
    assertRefused(compile("$model", "$model/model.safetensors"), "holds weights of the model")
    assertThat(temp.names()).containsExactly("llama")
  }
}
