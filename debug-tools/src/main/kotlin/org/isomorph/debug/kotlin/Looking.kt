package org.isomorph.debug.kotlin

import org.isomorph.debug.AttentionMap
import org.isomorph.debug.AttentionReadout
import org.isomorph.debug.CosDistance
import org.isomorph.debug.CosineProbe
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.Lens
import org.isomorph.debug.LensProbe
import org.isomorph.debug.Prompt
import org.isomorph.debug.Show
import org.isomorph.runtime.LoadedModel

/** Looks into a model that reads these tokens: `model.debug(1, 403, 407) { println(cosine()) }`. */
public inline fun <R> LoadedModel.debug(vararg ids: Long, body: DebugSession.() -> R): R =
  DebugSession.of(this, *ids).body()

/** Looks into a model that reads this. */
public inline fun <R> LoadedModel.debug(prompt: Prompt, body: DebugSession.() -> R): R =
  DebugSession.of(this, prompt).body()

/** What [layers] do to their input; [standardize] keeps rogue dimensions from deciding it. */
public fun DebugSession.cosine(
  layers: String = "all",
  countFirst: Boolean,
  standardize: Boolean = false,
): CosDistance = look(CosineProbe(Layer.parse(model(), layers), countFirst, standardize))

/** What the states behind [layers] would predict at [tokens], all where there are none. */
public fun DebugSession.lens(
  layers: String? = null,
  k: Int = 10,
  tokens: List<Int> = listOf(),
): Lens =
  look(
    if (layers == null) LensProbe.all(model(), k, tokens)
    else LensProbe(Layer.parse(model(), layers), false, k, tokens)
  )

/** As [Show.show_cos_distance]: every layer, or one. */
@Suppress("FunctionName")
public fun DebugSession.show_cos_distance(
  layer: Long? = null,
  standardize: Boolean = false,
): CosDistance = cosine(layer?.toString() ?: "all", countFirst = false, standardize).also(::println)

/** As [Show.show_topk_token]: every layer, or one. */
@Suppress("FunctionName", "LocalVariableName")
public fun DebugSession.show_topk_token(layer: Long? = null, K: Int = 10): Lens =
  lens(layer?.toString(), K).also(::println)

/** As [Show.show_attention]: [tokenA] is the query, [tokenB] the key. */
@Suppress("FunctionName")
public fun DebugSession.show_attention(
  layer: Long,
  tokenA: String,
  tokenB: String,
): AttentionReadout = Show(this).show_attention(layer, tokenA, tokenB)

/** As [Show.show_attention]: who attends to whom. */
@Suppress("FunctionName")
public fun DebugSession.show_attention(layer: Long): AttentionMap = Show(this).show_attention(layer)
