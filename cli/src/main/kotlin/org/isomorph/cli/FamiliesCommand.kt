package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.arguments.multiple
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import java.util.Locale
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.Matrix
import org.isomorph.convert.MatrixText
import org.isomorph.dialect.Dialect
import org.isomorph.dialect.Dialects
import org.isomorph.dialect.TensorInfos
import org.isomorph.spec.Estimates

/** The families that are known, their published models, and what converts to what. */
class FamiliesCommand : IsomorphCommand("families") {
  private val names by argument("FAMILY").help("Only these; all if none is named").multiple()
  private val presets by
    option("--presets").flag().help("List published models, with their parameters")
  private val json by jsonOption()

  override fun help(context: Context) =
    "List the families that are known, and what converts to what."

  override fun execute() {
    val shown =
      if (names.isEmpty()) families else Dialects.of(names.map(families::named).distinct())
    val matrix = Matrix.of(shown)
    if (json) return document(shown, matrix)
    val width = shown.all().maxOf { it.name().length } + 2
    for (family in shown.all()) {
      val aliases =
        if (family.aliases().isEmpty()) "" else " (also called ${family.aliases().joinToString()})"
      echo("%-${width}s%s%s".format(family.name(), family.summary(), aliases))
      if (presets)
        for (preset in family.presets()) echo(
          "%-${width}s  %-20s %,18d parameters"
            .format(Locale.ROOT, "", preset.name(), parameters(family, preset.name()))
        )
    }
    echo()
    echo("What converts to what, by each family's published models (${MatrixText.LEGEND}):")
    echo()
    MatrixText.table(matrix).forEach { echo(it) }
  }

  private fun parameters(family: Dialect, preset: String): Long {
    val config = family.presets().first { it.name() == preset }.config()
    return Estimates.of(family.spec(config, TensorInfos.UNKNOWN)).parameters()
  }

  private fun document(shown: Dialects, matrix: Matrix) =
    printJson(
      buildJsonObject {
        putJsonArray("families") {
          for (family in shown.all()) addJsonObject {
            put("name", family.name())
            put("summary", family.summary())
            putJsonArray("aliases") { family.aliases().forEach { add(it) } }
            putJsonObject("presets") {
              for (preset in family.presets()) put(preset.name(), parameters(family, preset.name()))
            }
            putJsonObject("converts_to") {
              for (to in shown.all()) put(to.name(), matrix.outcome(family, to).name.lowercase())
            }
          }
        }
      }
    )
}
