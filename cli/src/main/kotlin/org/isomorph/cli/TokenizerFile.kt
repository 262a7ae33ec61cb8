package org.isomorph.cli

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer
import java.nio.file.Files
import java.nio.file.Path

/** From text to ids and back, as a checkpoint's tokenizer.json says. */
internal class TokenizerFile private constructor(private val tokenizer: HuggingFaceTokenizer) :
  AutoCloseable {
  /** The ids of a text, with the special tokens that the file puts around it. */
  fun ids(text: String): LongArray = tokenizer.encode(text).ids

  /** The text of ids, without special tokens. */
  fun text(ids: LongArray): String = tokenizer.decode(ids, true)

  override fun close() = tokenizer.close()

  companion object {
    private const val NAME = "tokenizer.json"

    /** Whether there is one in a checkpoint's directory. */
    fun isIn(directory: Path): Boolean = Files.isRegularFile(directory.resolve(NAME))

    /** The tokenizer of a checkpoint. */
    fun of(directory: Path): TokenizerFile {
      require(isIn(directory)) {
        "$directory: expected a $NAME for --prompt, found none; give token ids with --ids instead"
      }
      // DJL would look for a GPU's library, fetch what it does not find, and report where it runs.
      for ((key, value) in
        listOf("ai.djl.offline" to "true", "OPT_OUT_TRACKING" to "true", "RUST_FLAVOR" to "cpu")) {
        if (System.getProperty(key) == null) System.setProperty(key, value)
      }
      try {
        return Files.newInputStream(directory.resolve(NAME)).use {
          // A prompt is never cut short nor filled up, whatever the file says for batches.
          val whole = mapOf("truncation" to "false", "padding" to "false")
          TokenizerFile(HuggingFaceTokenizer.newInstance(it, whole))
        }
      } catch (e: RuntimeException) {
        throw IllegalArgumentException(
          "${directory.resolve(NAME)} cannot be read as a tokenizer: ${e.message}",
          e,
        )
      }
    }
  }
}
