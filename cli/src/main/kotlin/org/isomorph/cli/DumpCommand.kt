package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.multiple
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import com.github.ajalt.clikt.parameters.types.path
import org.isomorph.convert.ModelReference
import org.isomorph.debug.recording.Recorder
import org.isomorph.proof.Subject
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.DType

/** Records what a model computes. */
class DumpCommand : IsomorphCommand("dump") {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val output by argument("OUT.safetensors").path().help("The recording to write")
  private val given by Prompts()
  private val values by
    option("--values", metavar = "GLOB")
      .multiple()
      .help("A value by any of its names; * stands for any text. Otherwise what layers hand on")
  private val dtype by
    option("--dtype")
      .choice("f32" to DType.F32, "bf16" to DType.BF16)
      .default(DType.F32, defaultForHelp = "f32")
      .help("What the model computes in")

  override fun help(context: Context) =
    "Record what a model computes, to be compared with another later, here or elsewhere."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph dump Llama-3-8B/ recorded.safetensors --prompt 'The sea'
    |  isomorph dump Llama-3-8B/ layer3.safetensors --ids prompt.txt --values 'decoder.3.*'
    |
    |One layer is in memory at a time. The file holds the tokens, the values by canonical names,
    |and a manifest; `isomorph compare` takes it in place of a model.
    """
      .trimMargin()

  override fun execute() {
    if (given.isEmpty) throw UsageError("expected --prompt, --ids or --inputs")
    LoadedModel.prepare()
    val checkpoint = ModelReference.find(model, families).weights()
    val inputs = given.of(checkpoint.model(), checkpoint.directory())
    val written =
      Progress("dump").use {
        Recorder.record(
          Subject.of(checkpoint).`in`(dtype),
          inputs,
          values,
          output,
          "isomorph ${version()}",
          it,
        )
      }
    echo("$output: ${written.size} values of ${checkpoint.model().name()}")
  }
}
