package org.isomorph.debug.kotlin

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.file.Files
import java.nio.file.Path
import java.util.function.LongFunction
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long

/**
 * The text of single tokens as a tokenizer.json has them, to be read by people: with the blank that
 * begins a word, and with bytes that are no text by themselves as `\xE2`. Decoding an id alone
 * would lose the one and replace the other.
 *
 * | in the file | shown      |
 * |-------------|------------|
 * | `▁the`      | ` the`     |
 * | `Ġthe`      | ` the`     |
 * | `<0x0A>`    | a line end |
 * | `âĤ`        | `\xE2\x82` |
 */
public class TokenPieces private constructor(private val pieces: Map<Long, String>) :
  LongFunction<String> {
  /** The text of a token; of an id that the file does not have, the id. */
  override fun apply(id: Long): String = pieces[id] ?: "<$id>"

  public companion object {
    /** Those of a checkpoint's directory; ids alone where it has no tokenizer.json. */
    @JvmStatic
    public fun of(directory: Path): TokenPieces {
      val file = directory.resolve("tokenizer.json")
      return if (Files.isRegularFile(file)) read(file) else TokenPieces(emptyMap())
    }

    /**
     * Those of a tokenizer.json.
     *
     * @throws IllegalArgumentException if it is none
     */
    @JvmStatic
    public fun read(file: Path): TokenPieces =
      try {
        val root = Json.parseToJsonElement(Files.readString(file)).jsonObject
        val vocabulary = root["model"]?.jsonObject?.get("vocab")
        val spell = if (isByteLevel(root)) ByteLevel::spell else ::spellSentencePiece
        val pieces = HashMap<Long, String>()
        when (vocabulary) {
          is JsonObject ->
            vocabulary.forEach { (piece, id) ->
              pieces[id.jsonPrimitive.long] = spell(piece)
            }
          is JsonArray ->
            vocabulary.forEachIndexed { id, entry ->
              pieces[id.toLong()] = spell(entry.jsonArray[0].jsonPrimitive.content)
            }
          else -> {}
        }
        for (added in root["added_tokens"]?.jsonArray ?: JsonArray(listOf())) {
          val token = added.jsonObject
          pieces[token.getValue("id").jsonPrimitive.long] =
            token.getValue("content").jsonPrimitive.content
        }
        TokenPieces(pieces)
      } catch (e: RuntimeException) {
        throw IllegalArgumentException("$file cannot be read as a tokenizer: ${e.message}", e)
      }

    private fun isByteLevel(root: JsonObject) =
      listOf("decoder", "pre_tokenizer").any { mentions(root[it], "ByteLevel") }

    private fun mentions(element: JsonElement?, type: String): Boolean =
      when (element) {
        is JsonObject ->
          (element["type"] as? kotlinx.serialization.json.JsonPrimitive)?.contentOrNull == type ||
            element.values.any { mentions(it, type) }
        is JsonArray -> element.any { mentions(it, type) }
        else -> false
      }

    private val BYTE = Regex("<0x([0-9A-Fa-f]{2})>")

    private fun spellSentencePiece(piece: String): String {
      val byte = BYTE.matchEntire(piece) ?: return piece.replace('▁', ' ')
      return text(byteArrayOf(byte.groupValues[1].toInt(16).toByte()))
    }

    /** Bytes as text, or where they are none as numbers. */
    private fun text(bytes: ByteArray): String =
      try {
        Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()
      } catch (_: CharacterCodingException) {
        bytes.joinToString("") { "\\x%02X".format(it) }
      }
  }

  /** GPT-2's way to write any byte as a visible character. */
  private object ByteLevel {
    private val bytes: Map<Char, Byte> = buildMap {
      val visible = ('!'..'~') + ('¡'..'¬') + ('®'..'ÿ')
      for (char in visible) put(char, char.code.toByte())
      var next = 256
      for (byte in 0..255) if (byte.toChar() !in visible) put((next++).toChar(), byte.toByte())
    }

    fun spell(piece: String): String {
      val spelled = ByteArray(piece.length)
      for ((at, char) in piece.withIndex()) spelled[at] = bytes[char] ?: return piece
      return text(spelled)
    }
  }
}
