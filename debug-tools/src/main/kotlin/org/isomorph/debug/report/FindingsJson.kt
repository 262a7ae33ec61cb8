package org.isomorph.debug.report

import kotlinx.serialization.json.JsonArrayBuilder
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonArray
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.debug.Lens
import org.isomorph.debug.Token
import org.isomorph.debug.TokenSequence

/** What a page's scripts read. Numbers of which there are many are packed. */
internal object FindingsJson {
  /** Of the form of this text; a program that reads pages looks at it first. */
  private const val FORM = 1

  @JvmStatic
  fun text(made: String, findings: Findings): String = StableJson.text(of(made, findings))

  private fun of(made: String, findings: Findings): JsonObject = buildJsonObject {
    put("form", FORM)
    put("made", made)
    put("title", findings.title())
    putJsonArray("facts") {
      for (fact in findings.facts()) addJsonArray {
        add(fact.label())
        add(fact.text())
      }
    }
    putJsonArray("notes") {
      for (note in findings.notes()) addJsonObject {
        put("section", note.section().name.lowercase())
        put("text", note.text())
      }
    }
    putJsonObject("sequences") {
      for (sequence in findings.sequences()) {
        putJsonArray(sequence.tower()) { sequence.tokens().forEach { token(it) } }
      }
    }
    findings.cosine().ifPresent { put("layers", LayersJson.of(it, findings.sequences())) }
    findings.lens().ifPresent { put("lens", LensJson.of(it, findings.sequences())) }
    if (findings.attention().isNotEmpty()) put("attention", attention(findings))
    findings.lenses().ifPresent { both ->
      putJsonObject("lenses") {
        put("a", side(both.nameOfA(), both.a(), findings.sequences()))
        put("b", side(both.nameOfB(), both.b(), findings.sequences()))
      }
    }
    findings.comparison().ifPresent { put("comparison", ComparisonJson.of(it)) }
  }

  private fun side(name: String, lens: Lens, shown: List<TokenSequence>) = buildJsonObject {
    put("name", name)
    put("lens", LensJson.of(lens, shown))
  }

  private fun JsonArrayBuilder.token(token: Token) {
    addJsonArray {
      add(token.index())
      add(token.id())
      add(token.text())
    }
  }

  private fun attention(findings: Findings): JsonObject = buildJsonObject {
    val masks = LinkedHashMap<String, Int>()
    putJsonArray("maps") {
      for (map in findings.attention()) addJsonObject {
        val matrix = AttentionMatrix(map, findings.shown(map.queries()), findings.shown(map.keys()))
        val visible = matrix.visible()
        put("mixer", map.mixer())
        put("kind", map.kind())
        put("heads", map.heads())
        put("groups", map.groups())
        put("queries", map.queries().tower())
        put("keys", map.keys().tower())
        put("sink", map.hasSink())
        put("before_norm", map.isBeforeNorm)
        map.window().ifPresent { put("window", it) }
        put("disturbance", rounded(map.disturbance()))
        put("mask", masks.getOrPut(visible) { masks.size })
        put("weights", matrix.weights())
        put("value_norms", matrix.valueNorms())
      }
    }
    putJsonArray("masks") { masks.keys.forEach { add(it) } }
  }

  private fun Findings.shown(sequence: TokenSequence): TokenSequence =
    sequences().first { it.tower() == sequence.tower() }
}

internal fun JsonObjectBuilder.rounded(name: String, number: Double) {
  put(name, rounded(number))
}
