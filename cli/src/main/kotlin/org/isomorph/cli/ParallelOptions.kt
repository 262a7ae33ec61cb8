package org.isomorph.cli

import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.groups.OptionGroup
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import com.github.ajalt.clikt.parameters.types.int
import com.github.ajalt.clikt.parameters.types.long
import java.util.Optional
import java.util.OptionalInt
import org.isomorph.dialect.Dialect
import org.isomorph.megatron.Division
import org.isomorph.megatron.Experts
import org.isomorph.megatron.Implementation
import org.isomorph.megatron.MegatronFormat
import org.isomorph.megatron.ParallelPlan

/** How Megatron's ranks share a model. */
class ParallelOptions : OptionGroup("Megatron's ranks") {
  private val tensor by
    option("--tp", metavar = "N").int().help("Ranks that share each layer's matrices (1)")
  private val pipeline by option("--pp", metavar = "N").int().help("Pipeline stages (1)")
  private val virtual by
    option("--vpp", metavar = "N").int().help("Virtual stages, chunks of layers a stage (1)")
  private val expert by option("--ep", metavar = "N").int().help("Ranks that share experts out (1)")
  private val expertTensor by
    option("--etp", metavar = "N").int().help("Ranks that share each expert's matrices (as --tp)")
  private val firstLayers by
    option("--first-stage-layers", metavar = "N").int().help("Layers of the first stage")
  private val lastLayers by
    option("--last-stage-layers", metavar = "N").int().help("Layers of the last stage")
  private val countEmbedding by
    option("--account-for-embedding")
      .flag()
      .help("The first stage has one layer less, as the embedding counts as one")
  private val countHead by
    option("--account-for-loss")
      .flag()
      .help("The last stage has one layer less, as the head counts as one")
  private val layout by
    option("--pipeline-layout", metavar = "TEXT")
      .help("The stages written out, such as Et*3|t*4|t*4|t*3L")
  private val spec by
    option("--spec")
      .choice("local" to Implementation.LOCAL, "te" to Implementation.TRANSFORMER_ENGINE)
      .help("whose layers' names tensors go by, Megatron's own or TransformerEngine's (local)")
  private val experts by
    option("--experts")
      .choice("sequential" to Experts.SEQUENTIAL, "grouped" to Experts.GROUPED)
      .help("Experts as modules of their own, or as one (sequential)")
  private val divisor by
    option("--vocab-divisor", metavar = "N")
      .long()
      .help("The vocabulary is padded to a multiple of this on each rank (128)")
  private val optimizer by
    option("--with-optimizer").flag().help("Not there yet: refused, as weights alone are converted")

  private val given
    get() =
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
          "--with-optimizer" to optimizer.takeIf { it },
        )
        .filter { (_, value) -> value != null }
        .map { (name, _) -> name }

  /** Whether the command line says anything of this. */
  fun areGiven(): Boolean = given.isNotEmpty()

  /** Says that [target] has no ranks, if the command line speaks of them. */
  fun refuse(target: Dialect) {
    val first = given.firstOrNull() ?: return
    throw UsageError(
      "$first says how Megatron's ranks share a model, and ${target.name()} has none; leave it out, or convert --to megatron",
      first,
    )
  }

  /** What the command line says, in files of a [format]. */
  fun plan(format: MegatronFormat): ParallelPlan {
    if (optimizer)
      throw UsageError(
        "--with-optimizer: an optimizer's state is cut otherwise than weights, and is not converted; leave it out, and weights are written without it, with the names of what stays behind",
        "--with-optimizer",
      )
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
      format,
      spec ?: usual.implementation(),
      experts ?: usual.modules(),
      divisor ?: usual.vocabularyDivisor(),
    )
  }

  private fun optional(number: Int?): OptionalInt =
    if (number == null) OptionalInt.empty() else OptionalInt.of(number)
}
