package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

class TransCommandTest {
  private val dialects = listOf("llama", "qwen2", "deepseek-v3", "megatron", "seq_to_seq")

  @ParameterizedTest
  @CsvSource(
    "trans_llama_to_qwen2 A B,               convert --from llama --to qwen2 A B",
    "trans_llama_to_megatron A B --tp 4,     convert --from llama --to megatron A B --tp 4",
    "trans_deepseek_v3_to_megatron A B,      convert --from deepseek-v3 --to megatron A B",
    "trans_deepseek-v3_to_llama A B,         convert --from deepseek-v3 --to llama A B",
    "trans_LLaMA_to_Qwen2 A B,               convert --from llama --to qwen2 A B",
    "trans_seq_to_seq_to_llama A B,          convert --from seq_to_seq --to llama A B",
    "trans_llama_to_seq_to_seq A B,          convert --from llama --to seq_to_seq A B",
    "trans_llama_to_newModel A B,            convert --from llama --to newModel A B",
    "trans_my_to_own_to_llama A B,           convert --from my_to_own --to llama A B",
    "trans_x_to_y -- -A B,                   convert --from x --to y -- -A B",
    "trans_llama_to_qwen2 --help,            convert --from llama --to qwen2 --help",
  )
  fun `reads X and Y out of the command's name`(typed: String, read: String) {
    assertThat(expandTrans(typed.split(' ')) { dialects }).isEqualTo(read.split(' '))
  }

  @ParameterizedTest
  @CsvSource(
    "trans_llama",
    "trans_to_llama",
    "trans_llama_to_",
    "trans__to_",
    "convert A B",
    "--help",
  )
  fun `leaves other command lines alone`(typed: String) {
    assertThat(expandTrans(typed.split(' ')) { dialects }).isEqualTo(typed.split(' '))
  }

  @Test
  fun `leaves an empty command line alone`() {
    assertThat(expandTrans(listOf()) { dialects }).isEmpty()
  }

  @Test
  fun `asks for the dialects only when it needs them`() {
    expandTrans(listOf("inspect", "trans_a_to_b")) { error("asked") }
  }
}
