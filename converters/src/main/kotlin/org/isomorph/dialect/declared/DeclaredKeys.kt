package org.isomorph.dialect.declared

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import org.isomorph.dialect.Config
import org.isomorph.dialect.DialectException

/**
 * The keys of a configuration that a declared family reads.
 *
 * @property keys by name, in the order in which they are written
 */
internal class DeclaredKeys(private val keys: Map<String, DeclaredKey>) {
  /** The values that a configuration gives, defaults included. */
  fun read(config: Config): Map<String, JsonElement> {
    val found = LinkedHashMap<String, JsonElement>()
    for (name in keys.keys) value(name, config, found, emptyList())
    return found
  }

  private fun value(
    name: String,
    config: Config,
    found: MutableMap<String, JsonElement>,
    above: List<String>,
  ): JsonElement {
    found[name]?.let {
      return it
    }
    val key =
      keys[name]
        ?: throw DialectException(
          "no key is called $name; declared are ${keys.keys.joinToString()}"
        )
    if (name in above)
      throw DialectException("the default of key $name depends on itself: ${above + name}")
    val written = if (config.has(name)) Json.parseToJsonElement(config.json(name).get()) else null
    val value = written ?: default(key, config, found, above)
    if (key.only != null && key.only != value)
      throw config.invalid(name, "${key.only}, the only one that this family computes")
    found[name] = value
    return value
  }

  private fun default(
    key: DeclaredKey,
    config: Config,
    found: MutableMap<String, JsonElement>,
    above: List<String>,
  ): JsonElement {
    val default = key.default ?: throw config.invalid(key.name, "a value")
    val formula = SpecTemplate.formula(default) ?: return default
    return SpecTemplate.value(formula) { name -> value(name, config, found, above + key.name) }
  }

  /** Writes these values in the order of the keys. */
  fun write(values: Map<String, JsonElement>, into: Config): Config =
    into.with(
      Config.parse(
        JsonObject(
            keys.values
              .mapNotNull { key ->
                (values[key.name] ?: key.only)?.let { value -> key.name to value }
              }
              .toMap()
          )
          .toString(),
        into.file(),
      )
    )
}

/**
 * A key of a configuration.
 *
 * @property default what its absence means: a value, or a formula over other keys; null if it must
 *   be there
 * @property only the only value that the family computes; null for any
 */
internal class DeclaredKey(val name: String, val default: JsonElement?, val only: JsonElement?)
