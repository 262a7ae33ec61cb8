package org.isomorph.samples

import java.lang.foreign.MemorySegment
import java.nio.file.Path
import kotlin.io.path.fileSize
import org.isomorph.tensor.DType
import org.isomorph.tensor.Shape
import org.isomorph.tensor.TensorInfo
import org.isomorph.tensorfile.SafetensorsWriter

/** Writes a small file, whose path is the argument. */
fun main(args: Array<String>) {
  val file = Path.of(args[0])
  val weight = TensorInfo("weight", DType.F32, Shape.of(2, 3))
  SafetensorsWriter.create(file, listOf(weight)).use { writer ->
    writer.write("weight", MemorySegment.ofArray(FloatArray(6) { it + 1f }))
  }
  println("${file.fileName}, ${file.fileSize()} bytes")
}
