package org.isomorph.dialect.declared

import java.io.IOException
import java.nio.file.Path
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.isomorph.dialect.Config
import org.isomorph.dialect.Dialect
import org.isomorph.dialect.DialectException
import org.isomorph.dialect.Row

/**
 * Reads a family from a file, so that a new model needs no build.
 *
 * |part                                         |is                                                                                                                    |
 * |---------------------------------------------|----------------------------------------------------------------------------------------------------------------------|
 * |`name`, `summary`                            |what people type, and a line for a list of families                                                                   |
 * |`model_type`                                 |what a configuration of this family calls itself                                                                      |
 * |`config`                                     |other keys that are always written, such as `architectures`                                                           |
 * |`keys`                                       |the keys that are read: `{}` for one that must be there, `{"default": ...}` with a value or a formula, `{"only": ...}`|
 * |`spec`                                       |a specification as JSON, with formulas and choices                                                                    |
 * |`rows`                                       |what each tensor is, as a layout                                                                                      |
 * |`copies`, `stored_copies`, `zeros`, `ignored`|the other kinds of rows                                                                                               |
 */
object DialectFile {
  private val PARTS =
    setOf(
      "name",
      "summary",
      "model_type",
      "config",
      "keys",
      "spec",
      "rows",
      "copies",
      "stored_copies",
      "zeros",
      "ignored",
    )

  /**
   * The family that [file] declares.
   *
   * @throws DialectException naming the part that makes no sense
   */
  @JvmStatic
  @Throws(IOException::class)
  fun read(file: Path): Dialect {
    val config = Config.read(file)
    for (part in config.keys()) if (part !in PARTS)
      throw config.invalid(part, "no such part; a family has ${PARTS.joinToString()}")
    val name = config.text("name")
    if (!Regex("[a-z0-9]+(-[a-z0-9]+)*").matches(name))
      throw config.invalid("name", "small letters, digits and hyphens")
    val type = config.text("model_type")
    val always = section(config, "config").filterKeys { it != DeclaredDialect.MODEL_TYPE }
    return DeclaredDialect(
      file,
      name,
      config.text("summary", "declared in $file"),
      type,
      Config.parse(
        JsonObject(mapOf(DeclaredDialect.MODEL_TYPE to JsonPrimitive(type)) + always).toString(),
        "config.json",
      ),
      DeclaredKeys(section(config, "keys").mapValues { (key, said) -> key(config, key, said) }),
      SpecTemplate(
        JsonObject(mapOf("name" to JsonPrimitive(name)) + (section(config, "spec") - "schema"))
      ),
      rows(config),
    )
  }

  private fun key(config: Config, name: String, said: JsonElement): DeclaredKey {
    val inner = said as? JsonObject ?: throw config.invalid("keys", "an object for key $name")
    val unknown = inner.keys - setOf("default", "only")
    if (unknown.isNotEmpty())
      throw config.invalid("keys", "default and only for key $name, and no $unknown")
    val only = inner["only"]
    return DeclaredKey(name, (inner["default"] ?: only).takeUnless { it is JsonNull }, only)
  }

  private fun rows(config: Config): List<DeclaredRow> {
    val rows = section(config, "rows").map { (name, said) -> stored(config, name, said) }
    if (rows.isEmpty()) throw config.invalid("rows", "a line for each kind of tensor")
    val copies = texts(config, "copies").map { (name, of) -> Row.copy(name, of) }
    val always = texts(config, "stored_copies").map { (name, of) -> Row.storedCopy(name, of) }
    val zeros = texts(config, "zeros").map { (name, beside) -> Row.zeros(name, beside) }
    val ignored = config.texts("ignored").map { Row.ignored(it) }
    return rows + (copies + always + zeros + ignored).map { DeclaredRow.Other(it) }
  }

  private fun stored(config: Config, name: String, said: JsonElement): DeclaredRow {
    if (said is JsonPrimitive && said.isString)
      return DeclaredRow.Stored(name, said.content, emptyList())
    val layout = (said as? JsonObject)?.get("layout") as? JsonPrimitive
    val aliases = (said as? JsonObject)?.get("aliases") as? JsonArray
    if (layout == null || !layout.isString)
      throw config.invalid("rows", "a layout, or {\"layout\": ..., \"aliases\": [...]} for $name")
    return DeclaredRow.Stored(
      name,
      layout.content,
      aliases.orEmpty().map { (it as JsonPrimitive).content },
    )
  }

  private fun texts(config: Config, part: String): Map<String, String> =
    section(config, part).mapValues { (name, said) ->
      (said as? JsonPrimitive)?.takeIf { it.isString }?.content
        ?: throw config.invalid(part, "a parameter's name for $name")
    }

  private fun section(config: Config, part: String): JsonObject =
    config
      .json(part)
      .map { Json.parseToJsonElement(it) as? JsonObject }
      .orElse(JsonObject(emptyMap())) ?: throw config.invalid(part, "an object")
}
