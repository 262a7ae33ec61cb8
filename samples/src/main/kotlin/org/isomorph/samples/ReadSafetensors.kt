package org.isomorph.samples

import java.lang.foreign.Arena
import java.lang.foreign.ValueLayout
import java.nio.file.Path
import org.isomorph.tensorfile.SafetensorsFile

/** Sums the float32 tensor that the second argument names, of the file that is the first. */
fun main(args: Array<String>) {
  val (path, name) = args
  SafetensorsFile.open(Path.of(path)).use { file ->
    Arena.ofConfined().use { arena ->
      val numbers = file.read(name, arena).toArray(ValueLayout.JAVA_FLOAT)
      println("${file.tensor(name).info} sums to ${numbers.sum()}")
    }
  }
}
