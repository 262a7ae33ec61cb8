package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.groups.provideDelegate
import com.github.ajalt.clikt.parameters.options.help
import java.util.Optional
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.Explanation
import org.isomorph.convert.ModelReference

/** One parameter or value, by any of its names. */
class ExplainCommand : IsomorphCommand("explain") {
  private val model by
    argument("MODEL")
      .help("A checkpoint's directory, a config.json, a specification as JSON, or a preset's name")
  private val name by
    argument("NAME")
      .help(
        "A parameter, a value, or a checkpoint's tensor; layers may count from the end: decoder.-1.out"
      )
  private val parallel by ParallelOptions()
  private val config by configOption()
  private val json by jsonOption()

  override fun help(context: Context) =
    "Explain one parameter or value: its shape, its meaning, its place in every family's files, its other names."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph explain llama-3-8b decoder.0.attn.q.weight
    |  isomorph explain gpt2 transformer.h.0.attn.c_attn.weight
    |  isomorph explain llama-3-8b decoder.-1.attn.probs
    |  isomorph explain llama-3-8b decoder.0.attn.k.weight --tp 4 --pp 2
    """
      .trimMargin()

  override fun execute() {
    val found = ModelReference.find(model, families, Optional.ofNullable(config))
    val explanation = Explanation.of(found.model(), name, families)
    if (json) return printJson(document(explanation))
    explanation.lines().forEach { echo(it) }
    val ranks = rankView(found, parallel) ?: return
    val places = ranks.places(name).ifEmpty { ranks.places(explanation.name()) }
    if (places.isNotEmpty()) echo("ranks: ${ranks.facts()["parallel"]}")
    places.forEach { echo("  $it") }
  }

  private fun document(explanation: Explanation) = buildJsonObject {
    put("name", explanation.name())
    put("shape", explanation.shape())
    put("meaning", explanation.meaning())
    putJsonObject("places") {
      explanation.places().forEach { (family, place) -> put(family, place) }
    }
    putJsonObject("aliases") {
      explanation.aliases().toSortedMap().forEach { (tool, alias) -> put(tool, alias) }
    }
  }
}
