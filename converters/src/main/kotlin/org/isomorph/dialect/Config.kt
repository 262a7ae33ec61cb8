package org.isomorph.dialect

import java.io.IOException
import java.nio.charset.CharacterCodingException
import java.nio.charset.CodingErrorAction
import java.nio.file.Files
import java.nio.file.Path
import java.util.Optional
import java.util.OptionalDouble
import java.util.OptionalLong
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.doubleOrNull
import kotlinx.serialization.json.longOrNull

/**
 * A checkpoint's `config.json`, read key by key: it remembers which keys were asked for, and its
 * errors name the file, the path, what was expected and what was found.
 *
 * A key whose value is `null` counts as absent, as in every published configuration.
 */
class Config
private constructor(
  private val tree: JsonObject,
  private val file: String,
  private val path: String,
  private val asked: MutableSet<String>,
) {
  /** Whether the key is there with a value. */
  fun has(key: String): Boolean = value(key) != null

  /**
   * Whether the key is written at all, if only as `null`: some families' defaults are not what
   * `null` means.
   */
  fun mentions(key: String): Boolean {
    asked += "$path.$key"
    return key in tree
  }

  /** A text that must be there. */
  fun text(key: String): String = text(key, null)

  /** A text, or [otherwise] where it is absent. */
  fun text(key: String, otherwise: String?): String {
    val found = value(key) ?: return otherwise ?: missing(key, "a text")
    return (found as? JsonPrimitive)?.takeIf { it.isString }?.content ?: wrong(key, "a text", found)
  }

  /** A whole number that must be there. */
  fun number(key: String): Long = optionalNumber(key).orElseGet { missing(key, "a whole number") }

  /** A whole number, or [otherwise] where it is absent. */
  fun number(key: String, otherwise: Long): Long = optionalNumber(key).orElse(otherwise)

  fun optionalNumber(key: String): OptionalLong {
    val found = value(key) ?: return OptionalLong.empty()
    return OptionalLong.of(whole(found) ?: wrong(key, "a whole number", found))
  }

  /** A real number that must be there. */
  fun real(key: String): Double = optionalReal(key).orElseGet { missing(key, "a number") }

  /** A real number, or [otherwise] where it is absent. */
  fun real(key: String, otherwise: Double): Double = optionalReal(key).orElse(otherwise)

  fun optionalReal(key: String): OptionalDouble {
    val found = value(key) ?: return OptionalDouble.empty()
    val number = (found as? JsonPrimitive)?.takeIf { !it.isString }?.doubleOrNull
    return OptionalDouble.of(number ?: wrong(key, "a number", found))
  }

  /** A truth value, or [otherwise] where it is absent. */
  fun flag(key: String, otherwise: Boolean): Boolean {
    val found = value(key) ?: return otherwise
    return (found as? JsonPrimitive)?.takeIf { !it.isString }?.booleanOrNull
      ?: wrong(key, "true or false", found)
  }

  /** A list of texts; empty where it is absent. */
  fun texts(key: String): List<String> {
    val found = value(key) ?: return emptyList()
    return (found as? JsonArray)?.map {
      (it as? JsonPrimitive)?.takeIf { text -> text.isString }?.content
        ?: wrong(key, "a list of texts", found)
    } ?: wrong(key, "a list of texts", found)
  }

  /** Whole numbers, written as one or as a list; empty where absent. */
  fun numbers(key: String): List<Long> {
    val found = value(key) ?: return emptyList()
    val each = found as? JsonArray ?: listOf(found)
    return each.map { whole(it) ?: wrong(key, "a whole number or a list of them", found) }
  }

  /** Real numbers in a list; empty where absent. */
  fun reals(key: String): List<Double> {
    val found = value(key) ?: return emptyList()
    val each = found as? JsonArray ?: wrong(key, "a list of numbers", found)
    return each.map {
      (it as? JsonPrimitive)?.takeIf { !it.isString }?.doubleOrNull
        ?: wrong(key, "a list of numbers", found)
    }
  }

  /** A nested object, or empty where it is absent. */
  fun section(key: String): Optional<Config> {
    val found = value(key) ?: return Optional.empty()
    val inner = found as? JsonObject ?: wrong(key, "an object", found)
    return Optional.of(Config(inner, file, "$path.$key", asked))
  }

  /**
   * An exception that says what is wrong with the value of a key, for what only a family can judge.
   */
  fun invalid(key: String, expected: String): DialectException =
    DialectException("$file: $path.$key: expected $expected, found ${tree[key] ?: "nothing"}")

  /** The keys of this object, in their order. */
  fun keys(): List<String> = tree.keys.toList()

  /**
   * The full paths of the keys that were asked for so far, here and in nested objects:
   * `$.rope_scaling.factor`.
   */
  fun asked(): Set<String> = asked.toSet()

  /** Where this was read from, for messages. */
  fun file(): String = file

  /** The same configuration with all keys of [over] set, and their order kept. */
  fun with(over: Config): Config = Config(JsonObject(tree + over.tree), file, path, mutableSetOf())

  /** The same configuration without some keys. */
  fun without(keys: Collection<String>): Config =
    Config(JsonObject(tree - keys.toSet()), file, path, mutableSetOf())

  /**
   * The value of a key as JSON text, or empty: for comparing configurations without knowing their
   * keys.
   */
  fun json(key: String): Optional<String> = Optional.ofNullable(tree[key]).map { it.toString() }

  /** The whole as JSON text, indented by two spaces, ending in a line break. */
  @OptIn(ExperimentalSerializationApi::class)
  fun json(): String = PRETTY.encodeToString(JsonElement.serializer(), tree) + "\n"

  override fun equals(other: Any?): Boolean = other is Config && tree == other.tree

  override fun hashCode(): Int = tree.hashCode()

  override fun toString(): String = tree.toString()

  private fun value(key: String): JsonElement? {
    asked += "$path.$key"
    return tree[key].takeUnless { it is JsonNull }
  }

  /** Python writes some whole numbers as 4096.0: the value counts, not the spelling. */
  private fun whole(found: JsonElement): Long? {
    val primitive = (found as? JsonPrimitive)?.takeIf { !it.isString } ?: return null
    return primitive.longOrNull
      ?: primitive.doubleOrNull?.takeIf { it == Math.rint(it) && Math.abs(it) < 1e15 }?.toLong()
  }

  private fun missing(key: String, expected: String): Nothing =
    throw DialectException("$file: $path.$key: expected $expected, but the key is missing")

  private fun wrong(key: String, expected: String, found: JsonElement): Nothing {
    val shown = found.toString().let { if (it.length > 60) it.take(57) + "..." else it }
    throw DialectException("$file: $path.$key: expected $expected, found $shown")
  }

  /** Collects keys and values in order. */
  class Builder internal constructor() {
    private val values = LinkedHashMap<String, JsonElement>()

    fun set(key: String, value: String): Builder = put(key, JsonPrimitive(value))

    fun set(key: String, value: Long): Builder = put(key, JsonPrimitive(value))

    fun set(key: String, value: Double): Builder = put(key, JsonPrimitive(value))

    fun set(key: String, value: Boolean): Builder = put(key, JsonPrimitive(value))

    fun set(key: String, value: List<*>): Builder =
      put(
        key,
        JsonArray(
          value.map {
            when (it) {
              is String -> JsonPrimitive(it)
              is Number -> JsonPrimitive(it)
              is Boolean -> JsonPrimitive(it)
              else -> throw IllegalArgumentException("$key: cannot write $it")
            }
          }
        ),
      )

    fun set(key: String, value: Config): Builder = put(key, value.tree)

    fun setNull(key: String): Builder = put(key, JsonNull)

    fun build(): Config =
      Config(JsonObject(LinkedHashMap(values)), "config.json", "$", mutableSetOf())

    private fun put(key: String, value: JsonElement): Builder = apply { values[key] = value }
  }

  companion object {
    private const val LARGEST = 16L shl 20

    @OptIn(ExperimentalSerializationApi::class)
    private val PRETTY = Json {
      prettyPrint = true
      prettyPrintIndent = "  "
    }

    /** An empty configuration to be filled. */
    @JvmStatic fun builder(): Builder = Builder()

    /** Reads a configuration file. */
    @JvmStatic
    @Throws(IOException::class)
    fun read(file: Path): Config {
      val size = Files.size(file)
      if (size > LARGEST)
        throw DialectException(
          "$file: expected a configuration of at most $LARGEST bytes, found $size"
        )
      val decoder =
        Charsets.UTF_8.newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
      val text =
        try {
          decoder.decode(java.nio.ByteBuffer.wrap(Files.readAllBytes(file))).toString()
        } catch (e: CharacterCodingException) {
          throw DialectException("$file: expected UTF-8 text, found other bytes", e)
        }
      return parse(text, file.toString())
    }

    /** Reads a configuration from text; [file] is what messages call it. */
    @JvmStatic
    fun parse(text: String, file: String): Config {
      val tree =
        try {
          Json.parseToJsonElement(text)
        } catch (e: SerializationException) {
          throw DialectException("$file: expected JSON: ${e.message?.lineSequence()?.first()}", e)
        }
      return Config(
        tree as? JsonObject ?: throw DialectException("$file: expected a JSON object"),
        file,
        "$",
        mutableSetOf(),
      )
    }
  }
}
