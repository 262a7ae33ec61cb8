package org.isomorph.cli

import java.lang.classfile.ClassFile
import java.lang.classfile.instruction.InvokeDynamicInstruction
import java.lang.constant.ClassDesc
import java.nio.file.Path
import java.util.zip.ZipFile

/** What is in a jar for the JVM to link when it first gets there, and the start-up cache drops. */
object LinkedCalls {
  /** The content of the jar's entries by their names, in order. */
  fun entries(jar: Path): Map<String, ByteArray> =
    ZipFile(jar.toFile()).use { zip ->
      zip.entries().asSequence().associate { it.name to zip.getInputStream(it).readBytes() }
    }

  /** What these calls are for, such as `hashCode` or `typeSwitch`, and where. */
  fun of(bytes: ByteArray): List<String> {
    val model = ClassFile.of().parse(bytes)
    return model.methods().flatMap { method ->
      method
        .code()
        .map { code -> code.filterIsInstance<InvokeDynamicInstruction>() }
        .orElse(listOf())
        .filter { isOfRecord(it) || isOfTypes(it) }
        .map { "${it.name()} in ${model.thisClass().name()}.${method.methodName()}" }
    }
  }

  private fun isOfRecord(call: InvokeDynamicInstruction) =
    call.bootstrapMethod().owner().displayName() == "ObjectMethods"

  private fun isOfTypes(call: InvokeDynamicInstruction) =
    call.bootstrapMethod().methodName() == "typeSwitch" &&
      call.bootstrapArgs().all { it is ClassDesc }
}
