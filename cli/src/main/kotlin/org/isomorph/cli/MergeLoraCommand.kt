package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.ConversionRequest
import org.isomorph.convert.Planner
import org.isomorph.convert.run.Executor
import org.isomorph.lora.LoraAdapter
import org.isomorph.lora.MergedTensors

/** Writes a checkpoint with a low-rank adapter merged into it. */
class MergeLoraCommand : IsomorphCommand("merge-lora") {
  private val base by argument("BASE").path().help("The checkpoint that the adapter was trained on")
  private val adapter by
    argument("ADAPTER").path().help("The adapter's directory, as PEFT writes it")
  private val destination by
    argument("DST").path().help("The directory to write; it must not exist, or be empty")
  private val dtype by storedDtype().help("Cast floating-point tensors, to nearest even")
  private val maxShardSize by
    option("--max-shard-size", metavar = "SIZE")
      .bytes()
      .default(ConversionRequest.USUAL_SHARD, defaultForHelp = "5GB")
      .help("The most data in one file")
  private val plan by option("--plan").flag().help("Print what would be done, and write nothing")
  private val force by forceOption()
  private val json by jsonOption()

  override fun help(context: Context) =
    """
    Merge a low-rank adapter into its base, as a stream of any size.

    Plain LoRA, rsLoRA and DoRA; ranks and alphas by pattern; linear maps, GPT-2's Conv1D and token tables; trained biases and modules saved
    whole. Sums are computed in float32 and rounded once to the base's dtype. Methods that need more than this are refused by name.
    """
      .trimIndent()

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph merge-lora Llama-3-8B/ my-adapter/ Llama-3-8B-mine/
    |  isomorph merge-lora Llama-3-8B/ my-adapter/ merged/ --plan
    """
      .trimMargin()

  override fun execute() {
    Executor.prepare()
    val lora = LoraAdapter.open(adapter)
    val merged = Checkpoint.open(base, families).presenting { MergedTensors.of(lora, it) }
    val request =
      ConversionRequest.to(merged.dialect()).files(merged.dialect().files(maxShardSize)).let {
        dtype?.let(it::dtype) ?: it
      }
    Conversion("merge-lora", destination, force, json)
      .run(this, Planner.plan(merged, request, families), plan)
    if (!json && !plan) echo("${lora.directory()}: ${lora.summary()}")
  }
}
