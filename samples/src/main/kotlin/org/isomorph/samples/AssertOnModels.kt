package org.isomorph.samples

import java.nio.file.Path
import org.isomorph.debug.compare.CompareText
import org.isomorph.debug.compare.ModelAssertions.assertThatModel

/** What a test says of a converted model, and what it says where that is not so. */
fun main(args: Array<String>) {
  val (reference, candidate) = args.map { Path.of(it) }
  val report = assertThatModel(reference).on(1, 15, 27).computesLike(candidate)
  CompareText.of(report).forEach(::println)
}
