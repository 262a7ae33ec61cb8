package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.absolute
import kotlin.io.path.deleteIfExists
import kotlin.io.path.moveTo
import kotlin.io.path.writeText
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.isomorph.graph.Drawing
import org.isomorph.graph.Laws
import org.isomorph.graph.Lowering
import org.isomorph.spec.Model

/** What a model computes, as text and as a picture. */
class GraphView(private val model: Model, private val unfolded: Boolean) {
  private val graph = Lowering.of(model)

  private fun lines() = if (unfolded) graph.unfolded() else graph.toString()

  /** The graph and its laws. */
  fun text(): String = lines() + "\n\n" + Laws.of(model)

  fun put(document: JsonObjectBuilder) {
    document.put("graph", lines())
    document.putJsonObject("laws") {
      Laws.of(model).verdicts().forEach { (law, verdict) ->
        put(law.name.lowercase(), verdict.toString())
      }
    }
  }

  /** Writes a picture, which appears when it is whole. */
  fun draw(file: Path) {
    val svg =
      if (unfolded) Drawing.unfolded(graph, model.name()) else Drawing.svg(graph, model.name())
    val beside = file.absolute().resolveSibling(".${file.fileName}.partial")
    try {
      beside.writeText(svg)
      beside.moveTo(file, overwrite = true)
    } finally {
      beside.deleteIfExists()
    }
  }
}
