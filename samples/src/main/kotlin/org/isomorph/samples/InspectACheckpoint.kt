package org.isomorph.samples

import java.nio.file.Path
import org.isomorph.convert.Checkpoint
import org.isomorph.dialect.Dialects

/** Prints the description of the checkpoint in the directory that is the argument. */
fun main(args: Array<String>) {
  val families = Dialects.load(Checkpoint::class.java.classLoader)
  println(Checkpoint.open(Path.of(args[0]), families).model())
}
