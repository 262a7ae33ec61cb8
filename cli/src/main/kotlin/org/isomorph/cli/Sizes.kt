package org.isomorph.cli

import com.github.ajalt.clikt.parameters.options.NullableOption
import com.github.ajalt.clikt.parameters.options.RawOption
import com.github.ajalt.clikt.parameters.options.convert

private val SIZE = Regex("""(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?""", RegexOption.IGNORE_CASE)

/**
 * A number of bytes as people write it: `5GB` and `5G` are 5,000,000,000 as in Hugging Face's
 * libraries, `5GiB` is 5 * 2^30.
 *
 * @throws IllegalArgumentException for anything else
 */
internal fun parseBytes(text: String): Long {
  val (number, unit, binary) =
    SIZE.matchEntire(text.trim())?.destructured
      ?: throw IllegalArgumentException(
        "expected a size such as 5GB, 500MB or 2GiB, found \"$text\""
      )
  val power = if (unit.isEmpty()) 0 else "KMGT".indexOf(unit.uppercase()) + 1
  val base = if (binary.isEmpty()) 1000.0 else 1024.0
  val bytes = number.toDouble() * Math.pow(base, power.toDouble())
  require(bytes >= 1 && bytes < Long.MAX_VALUE) {
    "expected a size of at least one byte, found \"$text\""
  }
  return bytes.toLong()
}

internal fun RawOption.bytes(): NullableOption<Long, Long> = convert {
  try {
    parseBytes(it)
  } catch (e: IllegalArgumentException) {
    fail(e.message ?: "not a size")
  }
}
