package org.isomorph.spec.kotlin

import java.lang.reflect.ParameterizedType
import java.lang.reflect.Type
import java.util.Optional
import java.util.OptionalDouble
import java.util.OptionalLong
import java.util.concurrent.ConcurrentHashMap
import kotlin.jvm.optionals.getOrNull
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.isomorph.spec.Nearest

/** Both directions between the values of one Java type and JSON. */
internal interface Codec {
  /** The JSON of [value]; null where its key is left out. */
  fun write(value: Any): JsonElement?

  fun read(json: JsonElement, at: At): Any

  /** The value of a key that is left out; null where it must not be. */
  val absent: Any?
    get() = null
}

private val codecs = ConcurrentHashMap<Type, Codec>()

/** The codec of [type], made once. */
internal fun codecOf(type: Type): Codec = codecs[type] ?: make(type).also { codecs[type] = it }

private fun make(type: Type): Codec =
  when (type) {
    Long::class.java,
    Long::class.javaObjectType -> LongCodec
    Double::class.java,
    Double::class.javaObjectType -> DoubleCodec
    Boolean::class.java -> BooleanCodec
    String::class.java -> StringCodec
    OptionalLong::class.java ->
      OptionalCodec(
        LongCodec,
        OptionalLong.empty(),
        { (it as OptionalLong).run { if (isPresent) asLong else null } },
        { OptionalLong.of(it as Long) },
      )
    OptionalDouble::class.java ->
      OptionalCodec(
        DoubleCodec,
        OptionalDouble.empty(),
        { (it as OptionalDouble).run { if (isPresent) asDouble else null } },
        { OptionalDouble.of(it as Double) },
      )
    is ParameterizedType -> generic(type)
    is Class<*> ->
      when {
        type.isRecord -> RecordCodec(type, null)
        type.isEnum -> EnumCodec(type)
        type.isSealed -> SealedCodec(type)
        else -> throw IllegalArgumentException("no JSON form for $type")
      }
    else -> throw IllegalArgumentException("no JSON form for $type")
  }

private fun generic(type: ParameterizedType): Codec {
  val items = type.actualTypeArguments.map(::codecOf)
  return when (type.rawType) {
    List::class.java -> ItemsCodec(items[0]) { it }
    Set::class.java -> ItemsCodec(items[0]) { it.toSet() }
    Map::class.java -> MapCodec(items[0], items[1])
    Optional::class.java ->
      OptionalCodec(items[0], Optional.empty<Any>(), { (it as Optional<*>).getOrNull() }) {
        Optional.of(it)
      }
    else -> throw IllegalArgumentException("no JSON form for $type")
  }
}

private object LongCodec : Codec {
  private val WHOLE = Regex("-?\\d{1,19}")

  override fun write(value: Any) = JsonPrimitive(value as Long)

  override fun read(json: JsonElement, at: At): Any =
    literal(json, WHOLE)?.toLongOrNull() ?: at.refuse("a whole number", json)
}

private object DoubleCodec : Codec {
  private val NUMBER = Regex("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?")

  override fun write(value: Any) = JsonPrimitive(value as Double)

  override fun read(json: JsonElement, at: At): Any =
    literal(json, NUMBER)?.toDoubleOrNull() ?: at.refuse("a number", json)
}

private object BooleanCodec : Codec {
  private val TRUTH = Regex("true|false")

  override fun write(value: Any) = JsonPrimitive(value as Boolean)

  override fun read(json: JsonElement, at: At): Any =
    literal(json, TRUTH)?.toBooleanStrict() ?: at.refuse("true or false", json)
}

/** The text of an unquoted value of this form: the parser alone would let `NaN` and `1x` pass. */
private fun literal(json: JsonElement, form: Regex): String? =
  (json as? JsonPrimitive)?.takeIf { !it.isString }?.content?.takeIf(form::matches)

private object StringCodec : Codec {
  override fun write(value: Any) = JsonPrimitive(value as String)

  override fun read(json: JsonElement, at: At): Any =
    (json as? JsonPrimitive)?.takeIf { it.isString }?.content ?: at.refuse("a string", json)
}

private class EnumCodec(type: Class<*>) : Codec {
  private val constants = type.enumConstants.associateBy { (it as Enum<*>).name }

  override fun write(value: Any) = JsonPrimitive((value as Enum<*>).name)

  override fun read(json: JsonElement, at: At): Any {
    val name = StringCodec.read(json, at) as String
    return constants[name]
      ?: at.refuse("expected one of ${constants.keys.joinToString()}, found \"$name\"")
  }
}

private class OptionalCodec(
  private val item: Codec,
  override val absent: Any,
  private val open: (Any) -> Any?,
  private val wrap: (Any) -> Any,
) : Codec {
  override fun write(value: Any): JsonElement? = open(value)?.let(item::write)

  override fun read(json: JsonElement, at: At): Any = wrap(item.read(json, at))
}

private class ItemsCodec(private val item: Codec, private val collect: (List<Any>) -> Any) : Codec {
  override fun write(value: Any) =
    JsonArray((value as Collection<*>).mapNotNull { item.write(it!!) })

  override fun read(json: JsonElement, at: At): Any {
    if (json !is JsonArray) at.refuse("an array", json)
    return collect(json.mapIndexed { position, one -> item.read(one, at.index(position)) })
  }
}

private class MapCodec(private val key: Codec, private val item: Codec) : Codec {
  override fun write(value: Any): JsonElement =
    JsonObject(
      (value as Map<*, *>).entries.associate { (name, one) ->
        (key.write(name!!) as JsonPrimitive).content to item.write(one!!)!!
      }
    )

  override fun read(json: JsonElement, at: At): Any {
    if (json !is JsonObject) at.refuse("an object", json)
    return json.entries.associate { (name, one) ->
      key.read(JsonPrimitive(name), at.key(name)) to item.read(one, at.key(name))
    }
  }
}

/** The nearest of [known] to a wrong key, as the end of a message. */
internal fun hint(wrong: String, known: Collection<String>): String =
  Nearest.to(wrong, known, 1).firstOrNull()?.let { "; did you mean \"$it\"?" }.orEmpty()
