package org.isomorph.cli

import java.lang.classfile.ClassFile
import java.lang.classfile.ClassHierarchyResolver
import java.net.URLClassLoader
import java.nio.file.Path
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** The classes that `./isomorph` runs; runs after packaging. */
class LauncherJarsTest {
  private val target = Path.of(System.getProperty("basedir"), "target")
  private val jars = target.resolve("lib").listDirectoryEntries("*.jar")

  private val ours =
    (jars.filterNot { "native" in it.name } + listOf(target.resolve("isomorph.jar")))
      .flatMap { LinkedCalls.entries(it).entries }
      .filter { it.key.startsWith("org/isomorph/") && it.key.endsWith(".class") }

  @Test
  fun `records and pattern switches leave nothing to link at each start`() {
    assertThat(ours).hasSizeGreaterThan(1000)
    assertThat(ours.flatMap { LinkedCalls.of(it.value) }).isEmpty()
  }

  @Test
  fun `the JVM would verify every class`() {
    URLClassLoader(jars.map { it.toUri().toURL() }.toTypedArray()).use { loader ->
      val hierarchy = ClassHierarchyResolver.ofResourceParsing(loader).cached()
      val file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy))
      assertThat(ours.flatMap { file.verify(it.value) }).isEmpty()
    }
  }
}
