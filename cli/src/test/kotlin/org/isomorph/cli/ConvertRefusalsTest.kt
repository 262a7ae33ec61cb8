package org.isomorph.cli

import java.io.RandomAccessFile
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createDirectory
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

/** What `convert` cannot do is said in one message, and nothing is written. */
class ConvertRefusalsTest {
  @TempDir lateinit var temp: Path
  private val llama by lazy { Checkpoints.copy("llama", temp) }

  private fun convert(source: Path, vararg options: String) =
    IsomorphProcess.java().run("convert", "$source", "${temp.resolve("out")}", *options)

  private fun toQwen2() = convert(llama, "--to", "qwen2")

  @AfterEach
  fun `nothing was written`() {
    assertThat(temp.names()).doesNotContain("out", "out.partial")
  }

  @Test
  fun `a model that the target cannot express, with reasons`() {
    val result = convert(Checkpoints.copy("qwen3", temp), "--to", "llama")
    assertRefused(result, "llama cannot express", "layers 0-2", "query/key norm", "families")
  }

  @Test
  fun `the nearest families are named`() {
    val result = convert(Checkpoints.copy("qwen2", temp), "--to", "gpt2")
    assertRefused(result, "gpt2 cannot express", "families that can express it: ", "llama")
  }

  @ParameterizedTest
  @CsvSource("--to,qwen9", "--from,lama")
  fun `a family that nobody knows, with those that are known`(option: String, family: String) {
    val other = if (option == "--to") "--from" else "--to"
    val result = convert(llama, option, family, other, "llama")
    assertRefused(result, "no family is called $family", "baichuan", "gpt2", "qwen3")
  }

  @Test
  fun `an optimizer's state is not converted`() {
    val result = convert(llama, "--to", "megatron", "--with-optimizer")
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.err).contains("--with-optimizer", "an optimizer's state", "leave it out")
  }

  @ParameterizedTest
  @ValueSource(strings = ["huge", "0", "-5GB", "5XB", "", "1e3", "99999999999TB"])
  fun `a size that is none`(size: String) {
    val result = convert(llama, "--to", "qwen2", "--max-shard-size=$size")
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.out).isEmpty()
    assertThat(result.err).contains("invalid value for --max-shard-size", "expected a size")
  }

  @Test
  fun `a source that is not there, not a directory, or not a checkpoint`() {
    assertRefused(convert(temp.resolve("nosuch"), "--to", "llama"), "nosuch", "nothing there")
    val file = llama.resolve("model.safetensors")
    assertRefused(convert(file, "--to", "llama"), "$file", "a file")
    val empty = temp.resolve("empty").createDirectory()
    assertRefused(convert(empty, "--to", "llama"), "$empty", "config.json", "--config")
  }

  @Test
  fun `a configuration that is not there`() {
    val result = convert(llama, "--to", "llama", "--config", "nosuch.json")
    assertRefused(result, "nosuch.json", "no such file")
  }

  @ParameterizedTest
  @CsvSource(
    delimiter = '|',
    value =
      [
        "\"intermediate_size\": 48 | \"intermediate_size\": 56 | expected shape [56, 32]",
        "\"intermediate_size\": 48 | \"intermediate_size\": -1 | config.json: feed-forward width must be positive, found -1",
        "\"intermediate_size\": 48 | \"intermediate_size\": \"x\" | \$.intermediate_size: expected a whole number",
        "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 4 | tensors of a llama checkpoint are missing",
        "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 99999999 | config.json: layers of tower decoder (99999999)",
        "\"model_type\": \"llama\" | \"model_type\": \"lama\" | no family reads model_type lama",
        "\"vocab_size\": 99 | \"vocab_size\": 99, | expected JSON",
      ],
  )
  fun `a configuration that makes no sense`(old: String, new: String, message: String) {
    llama.resolve("config.json").edit(old, new)
    assertRefused(toQwen2(), "llama", message)
  }

  @Test
  fun `a header that promises more than the file holds`() {
    RandomAccessFile("$llama/model.safetensors", "rw").use { it.writeLong(0x7f7f7f7f7f7f7f7f) }
    assertRefused(toQwen2(), "model.safetensors: the first 8 bytes say", "fetch it again")
  }

  @Test
  fun `a file that was cut short`() {
    RandomAccessFile("$llama/model.safetensors", "rw").use { it.setLength(50_000) }
    assertRefused(toQwen2(), "model.safetensors", "cut short", "fetch it again")
  }

  @Test
  fun `a shard that is missing`() {
    sharded()
    temp.resolve("sharded/model-00002-of-00002.safetensors").deleteExisting()
    val result = convert(temp.resolve("sharded"), "--to", "qwen2")
    assertRefused(result, "1 of 2 shards are missing", "model-00002-of-00002.safetensors")
  }

  @ParameterizedTest
  @ValueSource(strings = ["../evil", "/tmp/evil", "sub/evil", "..\\\\evil"])
  fun `a shard name that leaves the directory`(name: String) {
    sharded()
    val index = temp.resolve("sharded/model.safetensors.index.json")
    index.edit("model-00001-of-00002", name)
    // It is there, well formed, and must not be read all the same.
    Files.copy(
      temp.resolve("sharded/model-00001-of-00002.safetensors"),
      temp.resolve("evil.safetensors"),
    )
    val result = convert(temp.resolve("sharded"), "--to", "qwen2")
    assertRefused(result, "index.json", "evil")
    assertThat(temp.names()).containsExactly("evil.safetensors", "llama", "sharded")
  }

  @Test
  fun `a destination in the source, or the source itself`() {
    for (destination in listOf(llama, llama.resolve("out"))) {
      val before = Checkpoints.content(llama)
      val result =
        IsomorphProcess.java().run("convert", "$llama", "$destination", "--to", "qwen2", "--force")
      assertRefused(result, "choose another destination")
      assertThat(Checkpoints.content(llama)).isEqualTo(before)
    }
  }

  @Test
  fun `a directory of another kind where the unfinished files would be`() {
    val inTheWay = temp.resolve("other.partial").createDirectory()
    inTheWay.resolve("thesis.txt").writeText("precious")
    val result =
      IsomorphProcess.java().run("convert", "$llama", "${temp.resolve("other")}", "--to", "qwen2")
    assertRefused(result, "$inTheWay was not made by a conversion", "thesis.txt")
    assertThat(inTheWay.names()).containsExactly("thesis.txt")
  }

  private fun sharded() {
    val result =
      IsomorphProcess.java()
        .run(
          "convert",
          "$llama",
          "${temp.resolve("sharded")}",
          "--to",
          "llama",
          "--dtype=bf16",
          "--max-shard-size=40KB",
        )
    check(result.exit == 0) { result.err }
  }
}
