package org.isomorph.tensorfile

import java.nio.file.Path
import kotlinx.serialization.DeserializationStrategy
import kotlinx.serialization.KSerializer
import kotlinx.serialization.builtins.ListSerializer
import kotlinx.serialization.builtins.MapSerializer
import kotlinx.serialization.builtins.serializer
import kotlinx.serialization.descriptors.SerialDescriptor
import kotlinx.serialization.encoding.CompositeDecoder
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive

// kotlinx's trees keep the last of two equal keys without a word, and its numbers may be quoted.
// So objects are decoded member by member here, where each key is seen, and numbers by their text.

private val objectDescriptor: SerialDescriptor =
  MapSerializer(String.serializer(), JsonElement.serializer()).descriptor
private val arrayDescriptor: SerialDescriptor = ListSerializer(JsonElement.serializer()).descriptor
private val number = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")

/** The value of an object's member, not yet decoded: exactly one of these must be called. */
internal class Member(private val decoder: CompositeDecoder, private val index: Int) {
  fun text(): String = decoder.decodeStringElement(objectDescriptor, index)

  fun <T> value(strategy: DeserializationStrategy<T>): T =
    decoder.decodeSerializableElement(objectDescriptor, index, strategy)
}

/** Hands each member of the object that comes next to [visit], in order; equal keys are refused. */
internal fun Decoder.members(duplicate: (String) -> Throwable, visit: (String, Member) -> Unit) {
  val composite = beginStructure(objectDescriptor)
  val seen = HashSet<String>()
  while (true) {
    val index = composite.decodeElementIndex(objectDescriptor)
    if (index == CompositeDecoder.DECODE_DONE) break
    val key = composite.decodeStringElement(objectDescriptor, index)
    if (!seen.add(key)) throw duplicate(key)
    visit(key, Member(composite, composite.decodeElementIndex(objectDescriptor)))
  }
  composite.endStructure(objectDescriptor)
}

/** A strategy that reads an object by its [members]. */
internal abstract class ObjectReader<T> : DeserializationStrategy<T> {
  override val descriptor: SerialDescriptor = objectDescriptor
}

/** An array of integers that fit a long; [problem] makes the error for one that is not. */
internal class LongsReader(private val problem: (String) -> Throwable) :
  DeserializationStrategy<List<Long>> {
  override val descriptor: SerialDescriptor = arrayDescriptor

  override fun deserialize(decoder: Decoder): List<Long> {
    val values = ArrayList<Long>(4)
    val composite = decoder.beginStructure(arrayDescriptor)
    while (true) {
      val index = composite.decodeElementIndex(arrayDescriptor)
      if (index == CompositeDecoder.DECODE_DONE) break
      values += long(composite.decodeSerializableElement(arrayDescriptor, index, ELEMENT))
    }
    composite.endStructure(arrayDescriptor)
    return values
  }

  private fun long(element: JsonElement): Long {
    if (element !is JsonPrimitive || element.isString || !isInteger(element.content))
      throw problem("expected whole numbers, found ${shown(element)}")
    return element.content.toLongOrNull()
      ?: throw problem("${shown(element)} is more than a 64-bit integer can hold")
  }
}

// By hand, because a header has hundreds of thousands of them.
private fun isInteger(text: String): Boolean {
  val digits = if (text.startsWith('-')) 1 else 0
  if (digits == text.length || (text[digits] == '0' && text.length > digits + 1)) return false
  for (at in digits until text.length) if (text[at] !in '0'..'9') return false
  return true
}

private val ELEMENT: KSerializer<JsonElement> = JsonElement.serializer()

/** [element] as an error shows it: shortened. */
internal fun shown(element: JsonElement): String =
  element.toString().let { if (it.length <= 40) it else it.take(40) + "..." }

/** Whether all of [element] is JSON: kotlinx takes any bare word for a literal. */
internal fun isJson(element: JsonElement): Boolean =
  when (element) {
    is JsonNull -> true
    is JsonPrimitive ->
      element.isString ||
        element.content == "true" ||
        element.content == "false" ||
        number.matches(element.content)
    is Map<*, *> -> element.values.all { isJson(it as JsonElement) }
    is List<*> -> element.all { isJson(it as JsonElement) }
  }

/** Decodes all of [text], which [what] of [file] holds. */
internal fun <T> decode(
  file: Path,
  what: String,
  text: String,
  strategy: DeserializationStrategy<T>,
): T =
  refusing({ "$file: $what is not what its format demands: $it" }) {
    Json.decodeFromString(strategy, text)
  }

/**
 * What [read] reads. Where the JSON itself is at fault, [message] makes the error's of kotlinx's.
 *
 * kotlinx wraps whatever a reader throws in an error of its own; the reader's says more, and is
 * brought to light again.
 */
internal inline fun <T> refusing(message: (String) -> String, read: () -> T): T =
  try {
    read()
  } catch (malformed: IllegalArgumentException) {
    val refused =
      generateSequence<Throwable>(malformed) { it.cause }.firstOrNull { it is TensorFileException }
    // Without the excerpt of the input that kotlinx puts on the next line.
    val reason = malformed.message.orEmpty().lineSequence().first()
    throw refused ?: TensorFileException(message(reason), malformed)
  }
