package org.isomorph.dialect.declared

import kotlin.math.sqrt

/**
 * A number made of a configuration's keys: `hidden_size / num_attention_heads`, `1 /
 * sqrt(head_dim)`.
 *
 * Numbers, names, `+ - * /`, brackets and `sqrt(...)`, with the usual precedence.
 */
internal class Formula private constructor(private val text: String) {
  private var at = 0

  /** The one name that the formula is, or null if it computes something. */
  val name: String? = text.trim().takeIf { NAME.matches(it) }

  /** The number, with [keys] for the names; they may throw. */
  fun value(keys: (String) -> Double): Double {
    at = 0
    val value = sum(keys)
    if (at < text.length) wrong("an operator or the end")
    return value
  }

  private fun sum(keys: (String) -> Double): Double {
    var value = product(keys)
    while (true) value =
      when {
        take('+') -> value + product(keys)
        take('-') -> value - product(keys)
        else -> return value
      }
  }

  private fun product(keys: (String) -> Double): Double {
    var value = factor(keys)
    while (true) value =
      when {
        take('*') -> value * factor(keys)
        take('/') -> value / factor(keys)
        else -> return value
      }
  }

  private fun factor(keys: (String) -> Double): Double {
    if (take('-')) return -factor(keys)
    if (take('(')) return sum(keys).also { if (!take(')')) wrong("a closing bracket") }
    val word = WORD.matchAt(text, at)?.value ?: wrong("a number or a name")
    at += word.length
    if (word == "sqrt" && take('('))
      return sqrt(sum(keys)).also { if (!take(')')) wrong("a closing bracket") }
    return word.toDoubleOrNull() ?: if (NAME.matches(word)) keys(word) else wrong("a number")
  }

  private fun take(operator: Char): Boolean {
    spaces()
    val found = at < text.length && text[at] == operator
    if (found) at++
    spaces()
    return found
  }

  private fun spaces() {
    while (at < text.length && text[at] == ' ') at++
  }

  private fun wrong(expected: String): Nothing =
    throw IllegalArgumentException(
      "formula \"$text\": expected $expected at \"${text.substring(at)}\""
    )

  override fun toString() = text

  companion object {
    private val NAME = Regex("[A-Za-z_]\\w*")
    private val WORD = Regex("[A-Za-z_]\\w*|\\d+(\\.\\d+)?([eE][+-]?\\d+)?")

    /** The formula in a text that begins with `=`, or null for any other text. */
    fun of(text: String): Formula? =
      text.takeIf { it.startsWith("=") }?.let { Formula(it.substring(1).trim()) }
  }
}
