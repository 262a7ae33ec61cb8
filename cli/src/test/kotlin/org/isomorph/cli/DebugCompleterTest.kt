package org.isomorph.cli

import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.convert.ModelReference
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.DType
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class DebugCompleterTest {
  @TempDir lateinit var temp: Path

  @Test
  fun `what the model and its prompt have is offered`() {
    LoadedModel.prepare()
    val checkpoint = ModelReference.find("${Checkpoints.copy("llama", temp)}", families).weights()
    loaded(checkpoint, DType.F32, "cpu").use { running ->
      val debugger = Debugger(checkpoint, running)
      val completer = DebugCompleter(debugger)
      assertThat(completer.offers(listOf())).contains("prompt", "cos", "quit")
      assertThat(completer.offers(listOf("cos")))
        .containsExactly("decoder.0", "decoder.1", "decoder.2")
      assertThat(completer.offers(listOf("attention", "1"))).isEmpty()
      debugger.answer("ids 5 9 3 9")
      assertThat(completer.offers(listOf("attention", "1", "0")))
        .containsExactly("<5>", "<9>#1", "<3>", "<9>#2")
      assertThat(completer.offers(listOf("stats", "logits", "embed")))
        .contains("decoder.1.ffn.gate", "decoder.2.attn.probs")
      assertThat(completer.offers(listOf("find"))).containsExactly("nan")
      assertThat(completer.offers(listOf("compare"), "$temp/lla")).containsExactly("$temp/llama/")
      // One layer is all that there is; a text is anything; and this is no command.
      for (line in listOf(listOf("cos", "1"), listOf("prompt"), listOf("cosine"))) assertThat(
          completer.offers(line)
        )
        .isEmpty()
    }
  }
}
