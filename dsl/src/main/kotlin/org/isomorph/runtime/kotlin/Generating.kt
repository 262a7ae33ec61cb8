package org.isomorph.runtime.kotlin

import org.isomorph.runtime.LoadedModel
import org.isomorph.runtime.Request
import org.isomorph.runtime.Sampling

/**
 * Continues a prompt, and hands its tokens to [body] as they are computed:
 *
 *     val story = model.generate(1, 403, sampling = sampling(maxTokens = 64)) { it.toList() }
 *
 * The sequence ends with [body], as the model's memory of it does.
 */
public inline fun <R> LoadedModel.generate(
  vararg prompt: Long,
  sampling: Sampling = Sampling.greedy(),
  body: (Sequence<Long>) -> R,
): R = generate(Request.ids(*prompt), sampling, body)

/** As the other, with whatever else a request has: a decoder's first tokens, taps. */
public inline fun <R> LoadedModel.generate(
  request: Request,
  sampling: Sampling = Sampling.greedy(),
  body: (Sequence<Long>) -> R,
): R = generate(request, sampling).use { body(it.asSequence()) }

/** A [Sampling] by named arguments: greedy unless a temperature is given. */
public fun sampling(
  temperature: Double = 0.0,
  topK: Long = 0,
  topP: Double = 1.0,
  seed: Long = 0,
  maxTokens: Long = Sampling.USUAL_TOKENS,
  stops: List<Long>? = null,
): Sampling {
  val chosen =
    Sampling.greedy().temperature(temperature).topK(topK).topP(topP).seed(seed).maxTokens(maxTokens)
  return if (stops == null) chosen else chosen.stopAt(*stops.toLongArray())
}
