package org.isomorph.cli

import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.groups.OptionGroup
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import org.isomorph.convert.ConversionRequest
import org.isomorph.dialect.Arrangement
import org.isomorph.dialect.Dialect
import org.isomorph.megatron.Megatron
import org.isomorph.megatron.MegatronFiles
import org.isomorph.megatron.MegatronFormat
import org.isomorph.megatron.ParallelView
import org.isomorph.sharding.Format
import org.isomorph.spec.Model

/** How what is written lies in files: for commands that write a checkpoint of any family. */
class FileOptions : OptionGroup("Files") {
  private val format by
    option("--format")
      .choice("safetensors", "bin", "torch", "torch_dist")
      .help(
        "The files to write, if not those that the family usually has; Megatron's are torch and torch_dist"
      )
  private val maxShardSize by
    option("--max-shard-size", metavar = "SIZE")
      .bytes()
      .default(ConversionRequest.USUAL_SHARD, defaultForHelp = "5GB")
      .help("The most data in one file; Megatron's ranks have one each")

  /**
   * The files of a checkpoint of [target], whose ranks are as [parallel] says if it is Megatron's.
   */
  fun of(target: Dialect, parallel: ParallelOptions): Arrangement {
    if (target.name() == Megatron.NAME) return MegatronFiles.of(parallel.plan(megatrons()))
    parallel.refuse(target)
    return when (format) {
      null -> target.files(maxShardSize)
      "safetensors" -> target.files(Format.SAFETENSORS.sharding(maxShardSize))
      "bin" -> target.files(Format.BIN.sharding(maxShardSize))
      else ->
        throw UsageError(
          "$format is Megatron's: expected safetensors or bin for ${target.name()}",
          "--format",
        )
    }
  }

  /** How ranks would share [model]. */
  fun view(model: Model, parallel: ParallelOptions): ParallelView =
    ParallelView.of(model, parallel.plan(megatrons()))

  private fun megatrons(): MegatronFormat =
    when (format) {
      null,
      "torch" -> MegatronFormat.TORCH
      "torch_dist" -> MegatronFormat.TORCH_DIST
      else ->
        throw UsageError("Megatron reads no $format: expected torch or torch_dist", "--format")
    }
}
