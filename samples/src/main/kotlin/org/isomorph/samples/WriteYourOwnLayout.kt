package org.isomorph.samples

import org.isomorph.layout.Layout
import org.isomorph.layout.Layout.leaf
import org.isomorph.layout.Packings
import org.isomorph.tensor.Shape

private val shapes = mapOf("q" to Shape.of(8, 4), "k" to Shape.of(4, 4), "v" to Shape.of(4, 4))

/** Which elements of a tensor fused group by group are which of W_pack. */
fun main() {
  val (q, k, v) = listOf("q", "k", "v").map { leaf(it) }
  val byGroup: Layout<String> =
    Layout.concat(1, q.split(0, 2, -1), k.split(0, 2, -1), v.split(0, 2, -1)).merge(0, 1)
  val fused = byGroup.mapping("query_key_value", shapes::getValue)
  val packed = Packings.byPart(q, k, v).mapping("W_pack", shapes::getValue)
  fused.inverse().then(packed).pieces().forEach(::println)
}
