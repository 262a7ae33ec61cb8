package org.isomorph.debug.recording

import java.util.Optional
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import org.isomorph.tensor.DType

/**
 * What a recording says of itself, as JSON under the key `isomorph.recording` of the file's
 * metadata.
 *
 * @property producer what wrote it, with versions: `transformers 5.18.0, torch 2.13.0`
 * @property model what people call the model
 * @property dtype what was computed in
 * @property inputs names of the tensors that the model was given: tokens, mask, positions
 * @property values names of the tensors that it computed, in the order of computation
 * @property description the model's description as JSON, where Isomorph wrote it
 * @property config the model's config.json, where it has one
 */
class Manifest(
  val producer: String,
  val model: String,
  val dtype: DType,
  val inputs: List<String>,
  val values: List<String>,
  private val description: String?,
  private val config: String?,
) {
  fun description(): Optional<String> = Optional.ofNullable(description)

  fun config(): Optional<String> = Optional.ofNullable(config)

  /** The text for the file's metadata. */
  fun json(): String = buildJsonObject {
    put("schema", SCHEMA)
    put("producer", producer)
    put("model", model)
    put("dtype", dtype.name)
    putJsonArray("inputs") { inputs.forEach { add(JsonPrimitive(it)) } }
    putJsonArray("values") { values.forEach { add(JsonPrimitive(it)) } }
    description?.let { put("description", Json.parseToJsonElement(it)) }
    config?.let { put("config", Json.parseToJsonElement(it)) }
  }
    .toString()

  companion object {
    /** The key of the file's metadata. */
    const val KEY: String = "isomorph.recording"

    private const val SCHEMA = 1L

    /**
     * Reads a manifest.
     *
     * @param file whose it is, for messages
     * @throws RecordingException if it makes no sense
     */
    @JvmStatic
    fun read(text: String, file: String): Manifest {
      val tree =
        try {
          Json.parseToJsonElement(text) as? JsonObject
        } catch (broken: SerializationException) {
          throw RecordingException("$file: the manifest is no JSON: ${broken.message}")
        } ?: throw RecordingException("$file: the manifest is no JSON object")
      val schema = (tree["schema"] as? JsonPrimitive)?.content
      if (schema != "$SCHEMA")
        throw RecordingException(
          "$file: expected a manifest of schema $SCHEMA, found ${schema ?: "none"}"
        )
      fun text(key: String) =
        (tree[key] as? JsonPrimitive)?.takeIf { it.isString }?.content
          ?: throw RecordingException("$file: the manifest lacks $key, a text")
      fun texts(key: String) =
        (tree[key] as? JsonArray)?.map {
          (it as? JsonPrimitive)?.takeIf { each -> each.isString }?.content
            ?: throw RecordingException("$file: the manifest's $key are not all texts")
        } ?: throw RecordingException("$file: the manifest lacks $key, a list")
      val dtype = text("dtype")
      return Manifest(
        text("producer"),
        text("model"),
        DType.entries.find { it.name == dtype }
          ?: throw RecordingException("$file: the manifest's dtype: expected F32, found $dtype"),
        texts("inputs"),
        texts("values"),
        tree["description"]?.toString(),
        tree["config"]?.toString(),
      )
    }
  }
}
