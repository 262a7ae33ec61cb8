package org.isomorph.tensorfile

import java.nio.file.Path
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.json.JsonPrimitive

/** The JSON of a safetensors header: read strictly, written as the reference writes it. */
internal object HeaderJson {
  private const val WHAT = "the header"

  // {"name": {"shape": [...]}} and nothing deeper.
  private const val DEPTH = 3

  /** The header of [file]; whatever its JSON can break is broken here, in a TensorFileException. */
  @JvmStatic
  fun parse(file: Path, text: String): RawHeader {
    JsonText.check(file, WHAT, text, DEPTH)
    return decode(file, WHAT, text, HeaderReader(file))
  }

  /** The header without padding; [entries] in the order of their data. */
  @JvmStatic
  fun write(metadata: Map<String, String>, entries: List<RawHeader.Entry>): String {
    val json = StringBuilder("{")
    if (metadata.isNotEmpty()) {
      json.append(quoted(Names.METADATA)).append(":{")
      metadata.entries.joinTo(json, ",") { (key, value) -> quoted(key) + ":" + quoted(value) }
      json.append('}')
      if (entries.isNotEmpty()) json.append(',')
    }
    entries.joinTo(json, ",") { entry ->
      val shape = entry.shape.joinToString(",", "[", "]")
      val offsets = "[${entry.begin},${entry.end}]"
      """${quoted(entry.name)}:{"dtype":"${entry.dtype}","shape":$shape,"data_offsets":$offsets}"""
    }
    return json.append('}').toString()
  }
}

/** [text] as a string of JSON. */
internal fun quoted(text: String): String = JsonPrimitive(text).toString()

private class HeaderReader(private val file: Path) : ObjectReader<RawHeader>() {
  override fun deserialize(decoder: Decoder): RawHeader {
    var metadata: Map<String, String> = emptyMap()
    val entries = ArrayList<RawHeader.Entry>()
    decoder.members({
      if (it == Names.METADATA) TensorFileException.`in`(file, "__metadata__ occurs twice")
      else TensorFileException.`in`(file, it, "the header has two entries of this name")
    }) { key, member ->
      if (key == Names.METADATA) metadata = member.value(MetadataReader(file))
      else entries += member.value(EntryReader(file, key))
    }
    return RawHeader(metadata, entries)
  }
}

private class MetadataReader(private val file: Path) : ObjectReader<Map<String, String>>() {
  override fun deserialize(decoder: Decoder): Map<String, String> {
    val metadata = LinkedHashMap<String, String>()
    decoder.members({ problem(it, "occurs twice") }) { key, member ->
      val value = member.text()
      Names.textProblem(key).or { Names.textProblem(value) }.ifPresent { throw problem(key, it) }
      metadata[key] = value
    }
    return metadata
  }

  private fun problem(key: String, what: String) =
    TensorFileException.`in`(file, "__metadata__: key ${Names.quoted(key)} $what")
}

private class EntryReader(private val file: Path, private val name: String) :
  ObjectReader<RawHeader.Entry>() {
  override fun deserialize(decoder: Decoder): RawHeader.Entry =
    refusing({ problem("its entry is not what its format demands: $it").message.orEmpty() }) {
      entry(decoder)
    }

  private fun entry(decoder: Decoder): RawHeader.Entry {
    var dtype: String? = null
    var shape: List<Long>? = null
    var offsets: List<Long>? = null
    decoder.members({ problem("its entry has the field ${Names.quoted(it)} twice") }) { key, member
      ->
      when (key) {
        "dtype" -> dtype = member.text()
        "shape" -> shape = member.value(LongsReader { problem("shape: $it") })
        "data_offsets" -> offsets = member.value(LongsReader { problem("data_offsets: $it") })
        else ->
          throw problem(
            "its entry has the unknown field ${Names.quoted(key)}; " +
              "expected dtype, shape and data_offsets only"
          )
      }
    }
    val range = offsets ?: throw missing("data_offsets")
    if (range.size != 2)
      throw problem("data_offsets: expected 2 numbers, begin and end, found ${range.size}")
    return RawHeader.Entry(
      name,
      dtype ?: throw missing("dtype"),
      shape ?: throw missing("shape"),
      range[0],
      range[1],
    )
  }

  private fun missing(field: String) = problem("its entry lacks the field $field")

  private fun problem(what: String) = TensorFileException.`in`(file, name, what)
}
