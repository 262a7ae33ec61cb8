package org.isomorph.debug.kotlin

import kotlinx.serialization.json.JsonArrayBuilder
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonArray
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.debug.AttentionMap
import org.isomorph.debug.AttentionReadout
import org.isomorph.debug.CosDistance
import org.isomorph.debug.Lens
import org.isomorph.debug.NonFinite
import org.isomorph.debug.Routing
import org.isomorph.debug.RunInfo
import org.isomorph.debug.Statistics
import org.isomorph.debug.Summary
import org.isomorph.debug.Token
import org.isomorph.debug.TokenSequence
import org.isomorph.debug.ValueStatistics

/** What probes found, for programs. Numbers that are not finite are texts: `NaN`, `Infinity`. */
public object ProbeJson {
  @JvmStatic
  public fun of(found: CosDistance): JsonObject = buildJsonObject {
    run(found.info())
    put("first_counted", found.isFirstCounted)
    put("standardised", found.isStandardised)
    putJsonArray("layers") {
      for (layer in found.layers()) addJsonObject {
        put("name", layer.name())
        summary("distance", layer.distance())
        token("worst", layer.worst().token())
        number("norm_in", layer.normIn())
        number("norm_out", layer.normOut())
        number("update", layer.update())
        put("not_finite", layer.notFinite())
        putJsonArray("tokens") {
          for (token in layer.tokens()) addJsonObject {
            place(token.token())
            number("distance", token.distance())
            number("norm_in", token.normIn())
            number("norm_out", token.normOut())
            number("update", token.update())
            number("peak", token.peak())
          }
        }
      }
    }
    putJsonArray("notes") { found.notes().forEach { add(it) } }
  }

  @JvmStatic
  public fun of(lens: Lens): JsonObject = buildJsonObject {
    run(lens.info())
    put("head", lens.head())
    putJsonArray("layers") {
      for (state in lens.layers()) addJsonObject {
        put("name", state.name())
        number("agreement", state.agreement())
        number("entropy_bits", state.entropy())
        number("kl_nats", state.divergence())
        number("echo", state.echo())
        putJsonArray("tokens") {
          for (cell in state.cells()) addJsonObject {
            place(cell.token())
            put("final_rank", cell.finalRank())
            number("final_probability", cell.finalProbability())
            number("entropy_bits", cell.entropy())
            number("kl_nats", cell.divergence())
            put("echo", cell.isEcho)
            putJsonArray("top") { cell.top().forEach { candidate(it) } }
          }
        }
      }
    }
    putJsonArray("settles") {
      for (cell in lens.layers().firstOrNull()?.cells() ?: listOf()) addJsonObject {
        place(cell.token())
        lens.settles(cell.token().index()).ifPresent { put("from", it) }
      }
    }
    putJsonArray("notes") { lens.notes().forEach { add(it) } }
  }

  private fun JsonArrayBuilder.candidate(candidate: Lens.Candidate) {
    addJsonObject {
      put("id", candidate.id())
      put("text", candidate.text())
      number("probability", candidate.probability())
      number("logit", candidate.logit())
    }
  }

  @JvmStatic
  public fun of(found: AttentionReadout): JsonObject = buildJsonObject {
    run(found.info())
    put("mixer", found.mixer())
    put("kind", found.kind())
    token("query", found.query())
    token("key", found.key())
    number("mean", found.mean())
    number("contribution", found.contribution())
    number("added", found.added())
    put("before_norm", found.isBeforeNorm)
    found.hidden().ifPresent { put("hidden", it) }
    found.reverse().ifPresent { number("reverse", it) }
    found.reverseHidden().ifPresent { put("reverse_hidden", it) }
    number("disturbance", found.disturbance())
    putJsonArray("heads") {
      for (head in found.heads()) addJsonObject {
        put("head", head.head())
        put("group", head.group())
        number("weight", head.weight())
        number("row_sum", head.rowSum())
        number("sink_mass", head.sinkMass())
        number("to_first", head.toFirst())
        number("contribution", head.contribution())
      }
    }
  }

  /** With all weights, (heads, queries, keys), and the norms of `v * O`, (heads, keys). */
  @JvmStatic
  public fun of(map: AttentionMap): JsonObject = buildJsonObject {
    run(map.info())
    put("mixer", map.mixer())
    put("kind", map.kind())
    put("groups", map.groups())
    sequence("queries", map.queries())
    sequence("keys", map.keys())
    number("disturbance", map.disturbance())
    putJsonArray("value_norms") {
      for (head in 0 until map.heads()) addJsonArray {
        for (key in map.keys().tokens()) add(
          JsonPrimitive(map.valueNorms().get(head.toLong(), key.index().toLong()))
        )
      }
    }
    putJsonArray("weights") {
      for (head in 0 until map.heads()) addJsonArray {
        for (query in map.queries().tokens()) addJsonArray {
          for (key in map.keys().tokens()) add(number(map.weight(head, query.index(), key.index())))
        }
      }
    }
  }

  @JvmStatic
  public fun of(found: Statistics): JsonObject = buildJsonObject {
    run(found.info())
    putJsonArray("values") { found.values().forEach { value -> addJsonObject { value(value) } } }
  }

  @JvmStatic
  public fun of(found: NonFinite): JsonObject = buildJsonObject {
    run(found.info())
    put("looked", found.looked())
    put("finite", found.first().isEmpty)
    found.first().ifPresent { putJsonObject("first") { value(it) } }
    found.before().ifPresent { put("before", it) }
  }

  @JvmStatic
  public fun of(found: Routing): JsonObject = buildJsonObject {
    run(found.info())
    putJsonArray("layers") {
      for (layer in found.layers()) addJsonObject {
        put("name", layer.name())
        put("per_token", layer.perToken())
        putJsonArray("load") { layer.load().forEach { add(it) } }
        number("token_entropy_bits", layer.tokenEntropy())
        number("load_entropy_bits", layer.loadEntropy())
        number("imbalance", layer.imbalance())
      }
    }
  }

  private fun JsonObjectBuilder.value(value: ValueStatistics) {
    put("name", value.name())
    putJsonArray("shape") { value.shape().dims().forEach { add(it) } }
    put("count", value.count())
    number("min", value.min())
    number("max", value.max())
    number("mean", value.mean())
    number("std", value.std())
    number("abs_max", value.absMax())
    put("nan", value.nan())
    put("infinite", value.infinite())
    number("peak", value.peak())
    put("peak_at", value.peakAt())
  }

  private fun JsonObjectBuilder.run(info: RunInfo) {
    put("model", info.model())
    put("dtype", info.dtype().name.lowercase())
    put("tokens", info.tokens())
  }

  private fun JsonObjectBuilder.summary(name: String, summary: Summary) {
    putJsonObject(name) {
      number("mean", summary.mean())
      number("median", summary.median())
      number("p95", summary.p95())
      number("max", summary.max())
    }
  }

  private fun JsonObjectBuilder.sequence(name: String, sequence: TokenSequence) {
    putJsonArray(name) { sequence.tokens().forEach { token -> addJsonObject { place(token) } } }
  }

  private fun JsonObjectBuilder.token(name: String, token: Token) {
    putJsonObject(name) { place(token) }
  }

  private fun JsonObjectBuilder.place(token: Token) {
    put("index", token.index())
    put("id", token.id())
    put("text", token.text())
  }

  private fun JsonObjectBuilder.number(name: String, value: Double) {
    put(name, number(value))
  }

  private fun number(value: Double): JsonPrimitive =
    if (value.isFinite()) JsonPrimitive(value) else JsonPrimitive(value.toString())
}
