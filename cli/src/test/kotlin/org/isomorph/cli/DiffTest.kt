package org.isomorph.cli

import java.nio.file.Path
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class DiffTest {
  @TempDir lateinit var temp: Path

  private fun diff(vararg arguments: String) = IsomorphProcess.java().run("diff", *arguments)

  @Test
  fun `differences stand side by side`() {
    val llama = Checkpoints.copy("llama", temp)
    val qwen2 = Checkpoints.copy("qwen2", temp)
    val result = diff("$llama", "$qwen2")
    assertThat(result.exit).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out).contains("attn.bias  none | [Q, K, V]", "(changes no computation)")
  }

  @Test
  fun `as JSON each difference says whether it matters`() {
    val document = diff("llama-2-7b", "llama-3-8b", "--json").json()
    assertThat(document.keys).containsExactly("same_function", "differences")
    assertThat(document.getValue("same_function").jsonPrimitive.boolean).isFalse
    assertThat(document.getValue("differences").jsonArray).isNotEmpty.allSatisfy {
      assertThat(it.jsonObject.keys)
        .containsExactly("path", "a", "b", "sentence", "changes_function")
    }
  }

  @Test
  fun `a model is as it is`() {
    val result = diff("gpt2", "gpt2")
    assertThat(result.exit).isZero
    assertThat(result.out).isEqualTo("gpt2 and gpt2 describe the same function\n")
  }

  @Test
  fun `both have to be models`() {
    assertRefused(diff("gpt2", "gpt9"), "gpt9", "preset")
  }
}
