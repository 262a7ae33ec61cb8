package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.help
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import org.isomorph.convert.ModelReference
import org.isomorph.spec.Difference
import org.isomorph.spec.SpecDiff

/** Two descriptions side by side. */
class DiffCommand : IsomorphCommand("diff") {
  private val a by
    argument("A").help("A model: a directory, a config.json, a specification as JSON, or a preset")
  private val b by argument("B").help("Another")
  private val json by jsonOption()

  override fun help(context: Context) =
    "Tell how two models differ, in plain words, before any byte moves."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph diff llama-2-7b llama-3-8b
    |  isomorph diff Qwen2-7B/ My-Finetune/
    """
      .trimMargin()

  override fun execute() {
    val left = ModelReference.find(a, families).model()
    val right = ModelReference.find(b, families).model()
    val differences = SpecDiff.between(left, right, left.name(), right.name())
    if (json) return printJson(document(differences))
    if (differences.isEmpty()) return echo("$a and $b describe the same function")
    val width = differences.maxOf { it.path().length }
    echo("%-${width}s  %s | %s".format("", a, b))
    for (difference in differences) {
      val aside = if (difference.changesFunction()) "" else "  (changes no computation)"
      echo(
        "%-${width}s  %s | %s%s"
          .format(difference.path(), difference.left(), difference.right(), aside)
      )
    }
  }

  private fun document(differences: List<Difference>) = buildJsonObject {
    put("same_function", differences.none { it.changesFunction() })
    putJsonArray("differences") {
      for (difference in differences) addJsonObject {
        put("path", difference.path())
        put("a", difference.left())
        put("b", difference.right())
        put("sentence", difference.sentence())
        put("changes_function", difference.changesFunction())
      }
    }
  }
}
