package org.isomorph.samples

import java.nio.file.Path
import org.isomorph.convert.ConversionRefused
import org.isomorph.convert.ConversionRequest
import org.isomorph.convert.Planner
import org.isomorph.convert.run.Executor
import org.isomorph.convert.run.Options
import org.isomorph.convert.run.ProgressListener
import org.isomorph.dialect.Dialects

/**
 * Converts the checkpoint that is the first argument to the family that is the third, and writes it
 * to the second; or says why that cannot be.
 */
fun main(args: Array<String>) {
  val (source, destination, family) = args
  val families = Dialects.load(ConversionRequest::class.java.classLoader)
  try {
    val plan = Planner.plan(Path.of(source), ConversionRequest.to(families.named(family)), families)
    val result =
      Executor.run(
        plan.blueprint(),
        Path.of(destination),
        Options.defaults(),
        ProgressListener.NONE,
      )
    println("${plan.outcome()}: ${result.filesWritten()} files, ${result.bytes()} bytes")
  } catch (refused: ConversionRefused) {
    println("refused:")
    refused.reasons().forEach { println("- $it") }
  }
}
