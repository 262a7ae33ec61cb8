package org.isomorph.spec.kotlin

import java.lang.reflect.InvocationTargetException
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.isomorph.spec.SpecException

private const val TYPE = "type"

/** A record as an object with a key a component, after its [type] where an interface needs one. */
internal class RecordCodec(record: Class<*>, private val type: String?) : Codec {
  private val components = record.recordComponents
  private val constructor =
    record.getDeclaredConstructor(*components.map { it.type }.toTypedArray())
  private val codecs by lazy { components.map { codecOf(it.genericType) } }
  private val keys = components.map { it.name }.toSet()

  override fun write(value: Any): JsonElement {
    val members = LinkedHashMap<String, JsonElement>()
    if (type != null) members[TYPE] = JsonPrimitive(type)
    components.forEachIndexed { position, component ->
      codecs[position].write(component.accessor.invoke(value))?.let { members[component.name] = it }
    }
    return JsonObject(members)
  }

  override fun read(json: JsonElement, at: At): Any {
    if (json !is JsonObject) at.refuse("an object", json)
    for (key in json.keys) {
      if (key !in keys && !(key == TYPE && type != null))
        at.refuse("unknown key \"$key\"" + hint(key, keys))
    }
    val values =
      Array(components.size) { position ->
        val name = components[position].name
        json[name]?.let { codecs[position].read(it, at.key(name)) }
          ?: codecs[position].absent
          ?: at.refuse("key \"$name\" is missing")
      }
    try {
      return constructor.newInstance(*values)
    } catch (refused: InvocationTargetException) {
      val why = refused.targetException
      // Sizes that only overflow when multiplied are as impossible as negative ones.
      if (why is SpecException || why is ArithmeticException) at.refuse(why.message.orEmpty())
      throw why
    }
  }
}

/** A sealed interface: its records by a type, its enums' constants by their names. */
internal class SealedCodec(sealed: Class<*>) : Codec {
  private val records = LinkedHashMap<String, RecordCodec>()
  private val types = HashMap<Class<*>, RecordCodec>()
  private val constants = LinkedHashMap<String, Any>()

  init {
    for (leaf in leaves(sealed)) {
      if (leaf.isEnum)
        for (constant in leaf.enumConstants) require(
          constants.put((constant as Enum<*>).name, constant) == null
        ) {
          "$sealed has two constants $constant"
        }
      else {
        val type = leaf.simpleName.replaceFirstChar { it.lowercase() }
        val codec = RecordCodec(leaf, type)
        types[leaf] = codec
        require(records.put(type, codec) == null) { "$sealed has two records of type $type" }
      }
    }
  }

  private fun leaves(type: Class<*>): List<Class<*>> =
    if (type.isSealed && type.isInterface) type.permittedSubclasses.flatMap(::leaves)
    else listOf(type)

  override fun write(value: Any): JsonElement? =
    if (value is Enum<*>) JsonPrimitive(value.name)
    else types.getValue(value.javaClass).write(value)

  override fun read(json: JsonElement, at: At): Any {
    val found = if (json is JsonObject) json[TYPE] ?: at.refuse("key \"type\" is missing") else json
    val name =
      (found as? JsonPrimitive)?.takeIf { it.isString }?.content ?: at.refuse(expected(), found)
    val known: Collection<String> = if (json is JsonObject) records.keys else constants.keys
    return (if (json is JsonObject) records[name]?.read(json, at) else constants[name])
      ?: at.refuse("expected ${expected()}, found \"$name\"" + hint(name, known))
  }

  private fun expected(): String {
    val names = constants.keys.map { "\"$it\"" }
    val objects =
      if (records.isEmpty()) listOf()
      else listOf("an object of type ${records.keys.joinToString("|")}")
    return (names + objects).joinToString(" or ")
  }
}
