package org.isomorph.samples

import java.nio.file.Path
import org.isomorph.convert.Checkpoint
import org.isomorph.dialect.Dialects
import org.isomorph.runtime.Request
import org.isomorph.runtime.RunOptions

/** Runs the checkpoint in the directory that is the argument. */
fun main(args: Array<String>) {
  val directory = Path.of(args[0])
  // snippet: run
  val families = Dialects.load(Checkpoint::class.java.classLoader)
  Checkpoint.open(directory, families).load(RunOptions.usual()).use { model ->
    val outputs = model.forward(Request.ids(1, 2, 3).tap("decoder.-1.out"))
    for ((name, value) in outputs.values()) println("$name ${value.shape()}")
  }
  // end
}
