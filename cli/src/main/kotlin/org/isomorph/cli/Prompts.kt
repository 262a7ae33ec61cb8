package org.isomorph.cli

import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.groups.OptionGroup
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import java.nio.file.Path
import org.isomorph.convert.FileForward
import org.isomorph.proof.Comparison
import org.isomorph.spec.Model
import org.isomorph.tensor.Tensor

/**
 * What models are given, where people say so: a file of tensors, a text, or token ids.
 *
 * @param inputs the help on `--inputs`, and so on
 */
internal class Prompts(
  inputs: String = "What the model is given, by Hugging Face's names",
  prompt: String = "A text; needs the model's tokenizer.json",
  ids: String = "Token ids with blanks or commas between; - for stdin",
) : OptionGroup() {
  private val inputs by option("--inputs", metavar = "IN.safetensors").path().help(inputs)
  private val prompt by option("--prompt", metavar = "TEXT").help(prompt)
  private val ids by option("--ids", metavar = "FILE").help(ids)

  /** Whether nobody said anything. */
  val isEmpty: Boolean
    get() = listOfNotNull(inputs, prompt, ids).isEmpty()

  /** The text, where there is one. */
  val text: String?
    get() = prompt

  /** Refuses more than one of them. */
  fun requireAtMostOne() {
    if (listOfNotNull(inputs, prompt, ids).size > 1)
      throw UsageError("expected at most one of --inputs, --prompt and --ids")
  }

  /** The inputs for a model; empty where nobody said anything. */
  fun of(model: Model, directory: Path?): Map<String, Tensor> {
    requireAtMostOne()
    inputs?.let {
      return FileForward.read(it)
    }
    val tokens =
      ids?.let(TokenIds::read)
        ?: prompt?.let { text ->
          requireNotNull(directory) { "expected token ids with --ids: there is no tokenizer.json" }
          TokenizerFile.of(directory).use { it.ids(text) }
        }
        ?: return mapOf()
    require(tokens.isNotEmpty()) { "the prompt is empty" }
    return Comparison.inputs(model, *tokens)
  }
}
