package org.isomorph.dialect.declared

import java.nio.file.Path
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import org.isomorph.dialect.Config
import org.isomorph.dialect.Dialect
import org.isomorph.dialect.DialectException
import org.isomorph.dialect.Row
import org.isomorph.dialect.Spelling
import org.isomorph.dialect.Template
import org.isomorph.dialect.TensorInfos
import org.isomorph.layout.LayoutText
import org.isomorph.spec.Model
import org.isomorph.spec.SpecException
import org.isomorph.spec.kotlin.SpecJson

/** A family that a file declares: what its keys mean, and what its tensors are. */
internal class DeclaredDialect(
  private val file: Path,
  private val name: String,
  private val summary: String,
  private val modelType: String,
  private val fixed: Config,
  private val keys: DeclaredKeys,
  private val template: SpecTemplate,
  private val rows: List<DeclaredRow>,
) : Dialect {
  override fun name() = name

  override fun summary() = summary

  override fun reads(config: Config) = config.text(MODEL_TYPE, "") == modelType

  override fun spec(config: Config, names: TensorInfos): Model {
    val values = keys.read(config)
    val tree =
      said("spec") { template.fill { key -> values[key] ?: throw noKey(key) } } as JsonObject
    try {
      return SpecJson.ofTree(tree)
    } catch (senseless: SpecException) {
      throw SpecException("$file: spec: ${senseless.message}")
    }
  }

  override fun config(model: Model, spelling: Spelling): Config = keys.write(matched(model), fixed)

  override fun rows(model: Model): List<Row> {
    val values = matched(model)
    return said("rows") {
      rows.map { row ->
        row.bound { text ->
          LayoutText.parse(text, Template::of) { key ->
            SpecTemplate.real(key, values[key] ?: throw noKey(key)).toLong()
          }
        }
      }
    }
  }

  /** The keys that give this model, or one that is as near as the family has. */
  private fun matched(model: Model): Map<String, JsonElement> =
    template.match(SpecJson.tree(model.named(name)))

  private fun noKey(key: String) = IllegalArgumentException("no key is called $key")

  private fun <T> said(part: String, block: () -> T): T =
    try {
      block()
    } catch (wrong: IllegalArgumentException) {
      throw DialectException("$file: $part: ${wrong.message}", wrong)
    }

  override fun toString() = "$name, declared in $file"

  companion object {
    const val MODEL_TYPE = "model_type"
  }
}
