package org.isomorph.tensorfile

import java.nio.file.Path
import java.util.OptionalLong
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement

/** The JSON of an index: read strictly, written as Hugging Face's libraries write it. */
internal object IndexJson {
  private const val WHAT = "the index"

  // Metadata is free; the bound is only there for the parser's sake.
  private const val DEPTH = 32

  @JvmStatic
  fun parse(file: Path, text: String): SafetensorsIndex {
    JsonText.check(file, WHAT, text, DEPTH)
    return decode(file, WHAT, text, IndexReader(file))
  }

  @JvmStatic
  fun write(index: SafetensorsIndex): String {
    val json = StringBuilder("{\n  \"metadata\": ")
    // A number that were parsed and printed again would come out as another.
    members(json, index.metadata()) { it }
    json.append(",\n  \"weight_map\": ")
    members(json, index.weightMap(), ::quoted)
    return json.append("\n}\n").toString()
  }

  private fun members(json: StringBuilder, all: Map<String, String>, value: (String) -> String) {
    if (all.isEmpty()) json.append("{}")
    else
      all.entries.joinTo(json, ",\n    ", "{\n    ", "\n  }") { (key, given) ->
        quoted(key) + ": " + value(given)
      }
  }

  /** Whether [text] is one JSON value, and nothing else. */
  @JvmStatic
  fun isJson(text: String): Boolean =
    try {
      isJson(Json.parseToJsonElement(text))
    } catch (_: IllegalArgumentException) {
      false
    }

  /** The number that [json] is, also if spelt 1.2e10; empty if it is none that fits a long. */
  @JvmStatic
  fun wholeNumber(json: String?): OptionalLong =
    try {
      if (json == null) OptionalLong.empty()
      else OptionalLong.of(json.toBigDecimal().longValueExact())
    } catch (_: ArithmeticException) {
      OptionalLong.empty()
    } catch (_: NumberFormatException) {
      OptionalLong.empty()
    }
}

private class IndexReader(private val file: Path) : ObjectReader<SafetensorsIndex>() {
  override fun deserialize(decoder: Decoder): SafetensorsIndex {
    var metadata: Map<String, String> = emptyMap()
    var weightMap: Map<String, String>? = null
    decoder.members({ problem("${Names.quoted(it)} occurs twice") }) { key, member ->
      when (key) {
        "metadata" -> metadata = member.value(IndexMetadataReader(file))
        "weight_map" -> weightMap = member.value(WeightMapReader(file))
        // Other programs' additions say nothing about the tensors.
        else -> member.value(JsonElement.serializer())
      }
    }
    val shards = weightMap ?: throw problem("expected a weight_map, found none")
    return try {
      SafetensorsIndex(shards, metadata)
    } catch (refused: TensorFileException) {
      throw TensorFileException("$file: ${refused.message}", refused)
    }
  }

  private fun problem(what: String) = TensorFileException.`in`(file, what)
}

private class IndexMetadataReader(private val file: Path) : ObjectReader<Map<String, String>>() {
  override fun deserialize(decoder: Decoder): Map<String, String> {
    val metadata = LinkedHashMap<String, String>()
    decoder.members({ problem(it, "occurs twice") }) { key, member ->
      val value = member.value(JsonElement.serializer())
      metadata[key] = value.toString()
    }
    return metadata
  }

  private fun problem(key: String, what: String) =
    TensorFileException.`in`(file, "metadata: key ${Names.quoted(key)}: $what")
}

private class WeightMapReader(private val file: Path) : ObjectReader<Map<String, String>>() {
  override fun deserialize(decoder: Decoder): Map<String, String> {
    val shards = LinkedHashMap<String, String>()
    decoder.members({
      TensorFileException.`in`(file, "weight_map: tensor ${Names.quoted(it)} occurs twice")
    }) { tensor, member ->
      shards[tensor] = member.text()
    }
    return shards
  }
}
