package org.isomorph.spec.kotlin

import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.isomorph.spec.Model
import org.isomorph.spec.SpecException

/**
 * A model as JSON: the same tree, with components by name.
 *
 * | in the description             | in JSON                                            |
 * |--------------------------------|----------------------------------------------------|
 * | a record                       | an object, a key a component                       |
 * | a record of a sealed interface | the same, with `"type"` first: `"rope"`, `"heads"` |
 * | an enum constant               | its name, as a string                              |
 * | an empty optional              | no key                                             |
 * | a map                          | an object                                          |
 *
 * The root says `"schema": 1`. Reading runs the constructors, so what is read is canonical and
 * checked; unknown keys, other schemas and wrong types are refused with their place.
 */
public object SpecJson {
  /** The version of the form that this library writes, and the only one that it reads. */
  public const val SCHEMA: Long = 1

  private val format = Json { prettyPrint = true }
  private val model = codecOf(Model::class.java)

  /** The JSON text of [model], keys in the order of the description. */
  @JvmStatic
  public fun write(model: Model): String =
    format.encodeToString(
      JsonElement.serializer(),
      JsonObject(mapOf("schema" to JsonPrimitive(SCHEMA)) + tree(model)),
    )

  /** What [write] writes, as a tree and without the schema. */
  public fun tree(model: Model): JsonObject = this.model.write(model) as JsonObject

  /** The model whose JSON [text] is; throws [SpecException] where it is not one. */
  @JvmStatic
  public fun read(text: String): Model {
    val tree =
      try {
        format.parseToJsonElement(text)
      } catch (broken: SerializationException) {
        throw SpecException("not JSON: " + broken.message?.lineSequence()?.first())
      }
    val root = At.ROOT
    if (tree !is JsonObject) root.refuse("an object", tree)
    val schema = tree["schema"] ?: root.refuse("key \"schema\" is missing")
    if (schema != JsonPrimitive(SCHEMA))
      root.key("schema").refuse("schema $SCHEMA, which this version reads", schema)
    return ofTree(JsonObject(tree - "schema"))
  }

  /** The model of which this is the [tree]; throws [SpecException] where it is none. */
  public fun ofTree(tree: JsonObject): Model = model.read(tree, At.ROOT) as Model
}
