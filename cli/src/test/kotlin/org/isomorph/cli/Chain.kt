package org.isomorph.cli

import java.lang.foreign.MemorySegment
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.writeText
import org.isomorph.tensor.DType
import org.isomorph.tensor.Shape
import org.isomorph.tensor.TensorInfo
import org.isomorph.tensorfile.SafetensorsWriter

/**
 * A LLaMA that knows one text by heart: what follows a byte is what follows it in [TEXT], each of
 * whose bytes is there once. Its layer adds nothing; tokens are one-hot, and the head leads from
 * each to the next.
 */
internal object Chain {
  /** Characters of one to four bytes. */
  const val TEXT = "aé€😀b."

  private const val BEGIN = 0
  private const val END = 1
  private const val VOCABULARY = 258
  private const val WIDTH = 260L

  /** Ids of bytes: special tokens come first. */
  val ids: List<Int> = TEXT.encodeToByteArray().map { it.toUByte().toInt() + 2 }

  /** Writes the checkpoint, and its tokenizer of bytes. */
  fun write(folder: Path): Path {
    val directory = folder.resolve("chain").createDirectories()
    directory.resolve("config.json").writeText(CONFIG)
    javaClass.getResourceAsStream("generate/tokenizer.json").use {
      Files.copy(checkNotNull(it), directory.resolve("tokenizer.json"))
    }
    val tensors = tensors()
    val infos = tensors.map { (name, tensor) -> TensorInfo(name, DType.F32, tensor.first) }
    SafetensorsWriter.create(directory.resolve("model.safetensors"), infos).use { writer ->
      for ((name, tensor) in tensors) writer.write(name, MemorySegment.ofArray(tensor.second))
    }
    return directory
  }

  private fun tensors(): Map<String, Pair<Shape, FloatArray>> {
    val layer = "model.layers.0"
    val chain = listOf(BEGIN) + ids + listOf(END)
    return buildMap {
      matrix("model.embed_tokens", VOCABULARY.toLong(), WIDTH) { row, column -> row == column }
      for (name in listOf("self_attn.q_proj", "self_attn.o_proj")) matrix(
        "$layer.$name",
        WIDTH,
        WIDTH,
      ) { _, _ ->
        false
      }
      for (name in listOf("self_attn.k_proj", "self_attn.v_proj")) matrix(
        "$layer.$name",
        WIDTH / 2,
        WIDTH,
      ) { _, _ ->
        false
      }
      for (name in listOf("mlp.gate_proj", "mlp.up_proj")) matrix("$layer.$name", 4, WIDTH) { _, _
        ->
        false
      }
      matrix("$layer.mlp.down_proj", WIDTH, 4) { _, _ -> false }
      for (name in
        listOf("$layer.input_layernorm", "$layer.post_attention_layernorm", "model.norm")) put(
        "$name.weight",
        Shape.of(WIDTH) to FloatArray(WIDTH.toInt()) { 1f },
      )
      val next = chain.zipWithNext().toMap()
      matrix("lm_head", VOCABULARY.toLong(), WIDTH) { row, column -> next[column] == row }
    }
  }

  private fun MutableMap<String, Pair<Shape, FloatArray>>.matrix(
    name: String,
    rows: Long,
    columns: Long,
    one: (Int, Int) -> Boolean,
  ) {
    val values =
      FloatArray((rows * columns).toInt()) {
        if (one(it / columns.toInt(), it % columns.toInt())) 1f else 0f
      }
    put("$name.weight", Shape.of(rows, columns) to values)
  }

  private const val CONFIG =
    """{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 258,
        "hidden_size": 260, "intermediate_size": 4, "num_hidden_layers": 1,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
        "tie_word_embeddings": false, "bos_token_id": 0, "eos_token_id": 1,
        "torch_dtype": "float32"}"""
}
