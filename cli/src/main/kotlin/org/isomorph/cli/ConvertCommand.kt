package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.options.required
import com.github.ajalt.clikt.parameters.types.path
import java.util.Optional
import org.isomorph.convert.ConversionRequest
import org.isomorph.convert.Planner
import org.isomorph.convert.run.Executor
import org.isomorph.megatron.Megatron

/** Moves a checkpoint from one family to another. */
class ConvertCommand : IsomorphCommand("convert") {
  private val source by argument("SRC").path().help("The checkpoint's directory")
  private val destination by
    argument("DST").path().help("The directory to write; it must not exist, or be empty")
  private val to by
    option("--to", metavar = "DIALECT")
      .required()
      .help("The family to write; `isomorph families` lists them")
  private val from by
    option("--from", metavar = "DIALECT")
      .help("The source's family, where config.json does not say")
  private val config by configOption()
  private val dtype by storedDtype().help("Cast floating-point tensors, to nearest even")
  private val files by FileOptions()
  private val parallel by ParallelOptions()
  private val plan by option("--plan").flag().help("Print what would be done, and write nothing")
  private val verify by
    option("--verify")
      .flag()
      .help(
        "Before the result is put in place: convert it back and compare bytes, and run both models layer by layer on the same tokens"
      )
  private val certify by
    option("--certify")
      .flag()
      .help("Write isomorph.json beside the result: what was done, of what, with hashes")
  private val force by forceOption()
  private val json by jsonOption()

  override fun help(context: Context) =
    """
    Write a checkpoint as another family's, or as its own in other shards or another dtype.

    The conversion is planned from headers, checked, and refused with reasons if the target cannot express the model. It is written beside DST
    and moved there when it is whole; if it is interrupted, the same command goes on where it stopped.
    """
      .trimIndent()

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph convert Llama-3-8B/ Llama-as-Qwen/ --to qwen2
    |  isomorph convert Baichuan2-7B/ Baichuan-as-Llama/ --to llama --plan
    |  isomorph convert model-f32/ model-bf16/ --to llama --dtype bf16 --max-shard-size 2GB
    |  isomorph convert Llama-3-8B/ Llama-as-Qwen/ --to qwen2 --verify --certify
    |  isomorph trans_llama_to_qwen2 Llama-3-8B/ Llama-as-Qwen/
    |  isomorph trans_llama_to_megatron Llama-3-8B/ ranks/ --tp 4 --pp 2
    |  isomorph convert ranks/ others/ --to megatron --tp 8 --pp 4 --format torch_dist
    """
      .trimMargin()

  override fun execute() {
    if (!plan) Executor.prepare()
    val target = families.named(to)
    val request =
      ConversionRequest(
        target,
        Optional.ofNullable(from?.let(families::named)),
        Optional.ofNullable(config),
        Optional.ofNullable(dtype),
        files.of(target, parallel),
      )
    val planned = Planner.plan(source, request, families)
    Conversion("convert", destination, force, json, certify, verify).run(this, planned, plan)
    if (plan && !json && target.name() == Megatron.NAME)
      files.view(planned.model(), parallel).let { view ->
        echo("  ranks     ${view.facts()["parallel"]}")
        (view.picture() + view.cuts()).forEach { echo("    $it") }
      }
  }
}
