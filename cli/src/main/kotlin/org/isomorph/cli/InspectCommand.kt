package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import java.util.Locale
import java.util.Optional
import kotlin.io.path.writeText
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.Figures
import org.isomorph.convert.ModelReference
import org.isomorph.convert.Routes
import org.isomorph.dialect.Table
import org.isomorph.megatron.Megatron
import org.isomorph.megatron.ParallelView
import org.isomorph.spec.Estimates
import org.isomorph.spec.Parameters
import org.isomorph.spec.kotlin.SpecJson

/** Tells what a model is, from headers alone. */
class InspectCommand : IsomorphCommand("inspect") {
  private val model by
    argument("MODEL")
      .help("A checkpoint's directory, a config.json, a specification as JSON, or a preset's name")
  private val params by
    option("--params").flag().help("List every parameter by its canonical name, and what stores it")
  private val graph by
    option("--graph")
      .flag()
      .help("Print what is computed, a line an operation, and which laws hold")
  private val svg by
    option("--svg", metavar = "FILE")
      .path()
      .help(
        "Draw a picture for browsers: how Megatron's ranks share the model, if the model is Megatron's or ranks are asked for; else, and with --graph, what is computed"
      )
  private val unfolded by
    option("--unfolded").flag().help("With --graph and --svg, show equal layers each, not once")
  private val parallel by ParallelOptions()
  private val config by configOption()
  private val json by jsonOption()

  override fun help(context: Context) =
    "Tell what a model is: its family, description, size and cost. Reads headers only."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph inspect Llama-3-8B/
    |  isomorph inspect llama-3-8b --json
    |  isomorph inspect Qwen2-7B/config.json --params
    |  isomorph inspect llama-3-8b --graph --svg llama.svg
    |  isomorph inspect megatron-checkpoint/ --svg ranks.svg
    |  isomorph inspect llama-3-8b --tp 4 --pp 2
    """
      .trimMargin()

  override fun execute() {
    val found = ModelReference.find(model, families, Optional.ofNullable(config))
    val ranks = rankView(found, parallel)
    // Others do without a graph, which takes time to make.
    svg?.let {
      if (ranks == null || graph) GraphView(found.model(), unfolded).draw(it)
      else it.writeText(ranks.svg())
    }
    if (json) printJson(document(found, ranks)) else text(found, ranks)
    if (params && !json) list(found)
    if (graph && !json) echo("\n" + GraphView(found.model(), unfolded).text())
  }

  private fun document(found: ModelReference, ranks: ParallelView?): JsonObject = buildJsonObject {
    val estimates = Estimates.of(found.model())
    put("name", found.model().name())
    found.dialect().ifPresent { put("dialect", it.name()) }
    put("dtype", found.dtype().name)
    put("parameters", estimates.parameters())
    put("active_parameters", estimates.activeParameters())
    put("next_token_parameters", estimates.nextTokenParameters())
    put("flops_per_token", estimates.flopsPerToken())
    put("cache_bytes_per_token", estimates.cacheBytesPerToken(found.dtype()))
    put("tensors", tensors(found))
    put("context", found.model().context())
    if (graph) GraphView(found.model(), unfolded).put(this)
    ranks?.let { putRanks(it) }
    put("spec", Json.parseToJsonElement(SpecJson.write(found.model())))
    if (params)
      putJsonObject("shapes") {
        for (parameter in Parameters.of(found.model())) put(
          parameter.name(),
          parameter.shape().toString(),
        )
      }
  }

  private fun text(found: ModelReference, ranks: ParallelView?) {
    val estimates = Estimates.of(found.model())
    val family = found.dialect().map { it.name() }.orElse("a specification")
    echo(
      "${found.model().name()}: $family, %,d parameters".format(Locale.ROOT, estimates.parameters())
    )
    echo()
    echo(found.model().toString())
    echo()
    if (estimates.activeParameters() != estimates.parameters())
      echo(row("active parameters", estimates.activeParameters()))
    if (estimates.nextTokenParameters() > 0)
      echo(row("multi-token parameters", estimates.nextTokenParameters()))
    echo(row("FLOPs per token", estimates.flopsPerToken()))
    echo(
      row("cache bytes per token", estimates.cacheBytesPerToken(found.dtype())) +
        " (${found.dtype()})"
    )
    echo(row("tensors", tensors(found)))
    found.checkpoint().ifPresent { checkpoint ->
      val bytes = checkpoint.stored().tensors().values.sumOf { it.bytes() }
      echo("%-24s%s, mostly %s".format("stored", Figures.bytes(bytes), checkpoint.mainDType()))
      checkpoint.unknown().forEach {
        echo("unknown tensor          $it: in no row of the ${checkpoint.dialect().name()} table")
      }
    }
    ranks?.let { ranks(found, it) }
  }

  private fun ranks(found: ModelReference, view: ParallelView) {
    view.facts().forEach { (what, fact) -> echo("%-24s%s".format(what, fact)) }
    if (found.checkpoint().isPresent)
      echo(
        "%-24s%s"
          .format(
            "families",
            Routes.nearest(families, found.model())
              .filter { it.name() != Megatron.NAME }
              .joinToString { it.name() },
          )
      )
    echo()
    view.picture().forEach { echo(it) }
  }

  private fun row(what: String, value: Long) = "%-24s%,d".format(Locale.ROOT, what, value)

  private fun tensors(found: ModelReference): Long =
    found
      .checkpoint()
      .map { it.stored().tensors().size.toLong() }
      .orElseGet {
        table(found)?.entries()?.size?.toLong() ?: Parameters.of(found.model()).size.toLong()
      }

  private fun table(found: ModelReference): Table? =
    found.dialect().map { Table.of(found.model(), it.rows(found.model())) }.orElse(null)

  private fun list(found: ModelReference) {
    val table = table(found)
    echo()
    for (parameter in Parameters.of(found.model())) {
      val stored = table?.storing(parameter.name())?.map { "  ${it.name()}" }?.orElse("").orEmpty()
      echo("%-48s %-20s%s".format(parameter.name(), parameter.shape(), stored))
    }
  }
}
