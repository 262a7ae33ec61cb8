package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.ProgramResult
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import java.nio.file.Path
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.ModelReference
import org.isomorph.debug.kotlin.ReportJson
import org.isomorph.megatron.execution.Execution
import org.isomorph.megatron.execution.ExecutionComparison
import org.isomorph.proof.Comparison
import org.isomorph.proof.ReportText
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.Tensor

/** Whether two models compute the same function, and where they part if they do not. */
class VerifyCommand : IsomorphCommand("verify") {
  private val a by argument("A").help("A checkpoint's directory: what is right")
  private val b by argument("B").help("Another: what is to be the same")
  private val given by
    Prompts(
      inputs =
        "What both are given, by Hugging Face's names; otherwise tokens of all the vocabulary",
      prompt = "A text for both; needs the tokenizer.json of A",
      ids = "Token ids for both, with blanks or commas between; - for stdin",
    )
  private val asMegatron by
    option("--as-megatron")
      .flag()
      .help("B is a Megatron checkpoint: execute it rank by rank, as Megatron-core computes")
  private val json by jsonOption()

  override fun help(context: Context) =
    "Tell whether two models compute the same function, and which value parts first if not."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph verify Llama-3-8B/ Llama-as-Qwen/
    |  isomorph verify Llama-3-8B/ My-Export/ --prompt 'The sea' --json
    |  isomorph verify Llama-3-8B/ My-Ranks/ --as-megatron
    |
    |Both are computed in float32, piece by piece, on the same tokens; of each no more than
    |a layer is in memory. Exit status: 0 the same up to rounding, 2 differs in one place,
    |3 differs in several, 4 cannot be compared, 1 something else went wrong.
    """
      .trimMargin()

  override fun execute() {
    given.requireAtMostOne()
    LoadedModel.prepare()
    val reference = ModelReference.find(a, families).weights()
    if (asMegatron) return execute(reference)
    val candidate = ModelReference.find(b, families).weights()
    val inputs = inputs(reference)
    fewThreadsForTiny(reference.model())
    val report = Progress("verify").use { Comparison.between(reference, candidate, inputs, it) }
    if (json) printJson(ReportJson.of(report))
    else {
      echo("$a, $b: ${ReportText.verdict(report)}")
      ReportText.details(report).forEach { echo(it) }
    }
    if (report.outcome().exit() != 0) throw ProgramResult(report.outcome().exit())
  }

  private fun execute(reference: Checkpoint) {
    val execution = Execution.open(Path.of(b), reference.model())
    fewThreadsForTiny(reference.model())
    val report =
      Progress("verify").use {
        ExecutionComparison.between(reference, execution, inputs(reference), it)
      }
    if (json) printJson(document(report)) else echo("$a, $b: ${report.verdict()}")
    if (report.outcome().exit() != 0) throw ProgramResult(report.outcome().exit())
  }

  /** What the user wants both to read; empty if that is left to us. */
  private fun inputs(reference: Checkpoint): Map<String, Tensor> =
    given.of(reference.model(), reference.directory())
}
