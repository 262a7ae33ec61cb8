package org.isomorph.cli

import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.groups.OptionGroup
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import com.github.ajalt.clikt.parameters.types.int
import com.github.ajalt.clikt.parameters.types.long
import java.util.Optional
import java.util.OptionalInt
import org.isomorph.convert.ConversionRequest
import org.isomorph.dialect.Arrangement
import org.isomorph.dialect.Dialect
import org.isomorph.megatron.Division
import org.isomorph.megatron.Experts
import org.isomorph.megatron.Implementation
import org.isomorph.megatron.Megatron
import org.isomorph.megatron.MegatronFiles
import org.isomorph.megatron.MegatronFormat
import org.isomorph.megatron.ParallelPlan
import org.isomorph.sharding.Format

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
  private val tensor by
    option("--tp", metavar = "N").int().help("Megatron: ranks that share each layer's matrices (1)")
  private val pipeline by option("--pp", metavar = "N").int().help("Megatron: pipeline stages (1)")
  private val virtual by
    option("--vpp", metavar = "N")
      .int()
      .help("Megatron: virtual stages, chunks of layers a stage (1)")
  private val expert by
    option("--ep", metavar = "N").int().help("Megatron: ranks that share experts out (1)")
  private val expertTensor by
    option("--etp", metavar = "N")
      .int()
      .help("Megatron: ranks that share each expert's matrices (as --tp)")
  private val firstLayers by
    option("--first-stage-layers", metavar = "N").int().help("Megatron: layers of the first stage")
  private val lastLayers by
    option("--last-stage-layers", metavar = "N").int().help("Megatron: layers of the last stage")
  private val countEmbedding by
    option("--account-for-embedding")
      .flag()
      .help("Megatron: the first stage has one layer less, as the embedding counts as one")
  private val countHead by
    option("--account-for-loss")
      .flag()
      .help("Megatron: the last stage has one layer less, as the head counts as one")
  private val layout by
    option("--pipeline-layout", metavar = "TEXT")
      .help("Megatron: the stages written out, such as Et*3|t*4|t*4|t*3L")
  private val spec by
    option("--spec")
      .choice("local" to Implementation.LOCAL, "te" to Implementation.TRANSFORMER_ENGINE)
      .help(
        "Megatron: whose layers' names tensors go by, Megatron's own or TransformerEngine's (local)"
      )
  private val experts by
    option("--experts")
      .choice("sequential" to Experts.SEQUENTIAL, "grouped" to Experts.GROUPED)
      .help("Megatron: experts as modules of their own, or as one (sequential)")
  private val divisor by
    option("--vocab-divisor", metavar = "N")
      .long()
      .help("Megatron: the vocabulary is padded to a multiple of this on each rank (128)")

  /** The files of a checkpoint of [target]. */
  fun of(target: Dialect): Arrangement {
    if (target.name() == Megatron.NAME) return MegatronFiles.of(plan())
    refuseMegatrons(target)
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

  private fun refuseMegatrons(target: Dialect) {
    val given =
      listOf(
          "--tp" to tensor,
          "--pp" to pipeline,
          "--vpp" to virtual,
          "--ep" to expert,
          "--etp" to expertTensor,
          "--first-stage-layers" to firstLayers,
          "--last-stage-layers" to lastLayers,
          "--account-for-embedding" to countEmbedding.takeIf { it },
          "--account-for-loss" to countHead.takeIf { it },
          "--pipeline-layout" to layout,
          "--spec" to spec,
          "--experts" to experts,
          "--vocab-divisor" to divisor,
        )
        .firstOrNull { (_, value) -> value != null } ?: return
    throw UsageError(
      "it says how Megatron's ranks share a model, and ${target.name()} has none; leave it out, or convert --to megatron",
      given.first,
    )
  }

  private fun plan(): ParallelPlan {
    val usual = ParallelPlan.usual()
    return ParallelPlan(
      tensor ?: 1,
      Division(
        pipeline ?: 1,
        virtual ?: 1,
        optional(firstLayers),
        optional(lastLayers),
        countEmbedding,
        countHead,
        Optional.ofNullable(layout),
      ),
      expert ?: 1,
      optional(expertTensor),
      when (format) {
        null,
        "torch" -> MegatronFormat.TORCH
        "torch_dist" -> MegatronFormat.TORCH_DIST
        else ->
          throw UsageError(
            "Megatron reads no $format: expected torch or torch_dist",
            "--format",
          )
      },
      spec ?: usual.implementation(),
      experts ?: usual.modules(),
      divisor ?: usual.vocabularyDivisor(),
    )
  }

  private fun optional(number: Int?): OptionalInt =
    if (number == null) OptionalInt.empty() else OptionalInt.of(number)
}
