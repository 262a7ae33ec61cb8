package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.ProgramResult
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import java.util.function.LongFunction
import org.isomorph.debug.compare.CompareText
import org.isomorph.debug.compare.ModelComparison
import org.isomorph.debug.compare.Side
import org.isomorph.debug.kotlin.ReportJson
import org.isomorph.debug.kotlin.TokenPieces
import org.isomorph.debug.report.ReportPage
import org.isomorph.proof.Report
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.DType
import org.isomorph.tensor.Tensor

/** Where two models part, and which mistake would make them. */
class CompareCommand : IsomorphCommand("compare") {
  private val a by argument("A").help("A model or a recording: what is right")
  private val b by argument("B").help("Another: what is to be the same")
  private val given by Prompts()
  private val dtype by
    option("--dtype")
      .choice("f32" to DType.F32, "bf16" to DType.BF16)
      .default(DType.F32, defaultForHelp = "f32")
      .help("What B computes in; a model that is compared with a recording, whichever it is")
  private val explain by
    option("--guess").flag("--no-guess", default = true).help("Try mistakes on what is at fault")
  private val html by htmlOption()
  private val json by jsonOption()

  override fun help(context: Context) =
    "Find where two models part, layer by layer and value by value, and guess the mistake."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph compare Llama-3-8B/ My-Export/ --prompt 'The sea'
    |  isomorph compare recorded.safetensors My-Export/ --html report.html
    |
    |Each layer of B is given what A's was given. A recording is a file that `isomorph dump` or
    |samples/record.py wrote. Exit status: 0 the same up to rounding, 2 differs in one place,
    |3 differs in several, 4 cannot be compared, 1 something else went wrong.
    """
      .trimMargin()

  override fun execute() {
    LoadedModel.prepare()
    val one = Side.find(a, families)
    val two = Side.find(b, families)
    val other = given.text?.let { tokensApart(it, one, two) }
    val inputs = inputs(one, two)
    val comparison = ModelComparison(one, two, inputs, dtype, explain)
    val models = listOf(one, two).filterIsInstance<Side.Running>().map { it.subject().model() }
    fewThreadsForTiny(*models.toTypedArray())
    val report =
      if (other != null) Report.notComparable(listOf(other), listOf())
      else Progress("compare").use { comparison.run(it) }
    if (json) printJson(ReportJson.of(report))
    else {
      printPicture(CompareText.of(report).joinToString("\n"))
      if (comparison.isTurned) echo(" $b is a recording: the layers of $a were given its values")
    }
    html?.let { echo(" " + it.write(page(comparison, report)), err = json) }
    if (report.outcome().exit() != 0) throw ProgramResult(report.outcome().exit())
  }

  private fun inputs(one: Side, two: Side): Map<String, Tensor> {
    val running = listOf(one, two).filterIsInstance<Side.Running>().firstOrNull() ?: return mapOf()
    return given.of(running.subject().model(), running.directory().orElse(null))
  }

  private fun page(comparison: ModelComparison, report: Report): ReportPage {
    val directory =
      listOf(comparison.a(), comparison.b()).firstNotNullOfOrNull {
        (it as? Side.Running)?.directory()?.orElse(null)
      }
    val pieces = directory?.let(TokenPieces::of) ?: LongFunction { "<$it>" }
    return ReportPage.of(PageFile.MADE, comparison, pieces, report)
  }
}
