package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.options.required
import com.github.ajalt.clikt.parameters.types.choice
import com.github.ajalt.clikt.parameters.types.long
import com.github.ajalt.clikt.parameters.types.path
import java.util.Locale
import java.util.Optional
import org.isomorph.convert.Figures
import org.isomorph.convert.Initialisation
import org.isomorph.convert.ModelReference
import org.isomorph.convert.run.Executor
import org.isomorph.sharding.BlockScales
import org.isomorph.tensor.DType

/** Writes a new checkpoint of random weights. */
class InitCommand : IsomorphCommand("init") {
  private val spec by
    argument("SPEC").help("A specification as JSON, a config.json, or a preset's name")
  private val destination by
    argument("DST").path().help("The directory to write; it must not exist, or be empty")
  private val to by
    option("--to", metavar = "DIALECT")
      .required()
      .help("The family to write; `isomorph families` lists them")
  private val seed by
    option("--seed", metavar = "N")
      .long()
      .default(0)
      .help("Which random model; the same seed gives the same weights in every family")
  private val dtype by
    storedDtype().default(DType.BF16, defaultForHelp = "bf16").help("What weights are stored as")
  private val files by FileOptions()
  private val parallel by ParallelOptions()
  private val quantise by
    option("--quantize")
      .choice("fp8-block" to BlockScales(BlockScales.USUAL, BlockScales.USUAL))
      .help("Store the matrices of layers as 8-bit floats with a scale for each 128 x 128 block")
  private val headersOnly by
    option("--headers-only")
      .flag()
      .help("Leave the data as holes that read as zeros and take no disk space")
  private val force by forceOption()

  override fun help(context: Context) =
    "Write a new checkpoint of random weights, as a stream of any size."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph init my-spec.json tiny/ --to llama --seed 7
    |  isomorph init llama-3-8b random-8b/ --to llama --headers-only
    |  isomorph init deepseek-v3 v3/ --to deepseek-v3 --quantize fp8-block --headers-only
    """
      .trimMargin()

  override fun execute() {
    Executor.prepare()
    val model = ModelReference.find(spec, families).model()
    val family = families.named(to)
    val plan =
      Initialisation.plan(
        model,
        family,
        dtype,
        Optional.ofNullable(quantise),
        files.of(family, parallel),
        seed,
        headersOnly,
      )
    val result = write("init", plan.blueprint(), destination, force)
    val seconds = result.elapsed().toNanos() / 1e9
    echo(
      "%s: %,d parameters, %s in %.2f s to %s"
        .format(
          Locale.ROOT,
          plan.model().name(),
          plan.model().parameters(),
          Figures.bytes(result.bytes()),
          seconds,
          destination,
        )
    )
  }
}
