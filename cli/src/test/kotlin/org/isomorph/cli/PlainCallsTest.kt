package org.isomorph.cli

import java.net.URLClassLoader
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.FileTime
import java.time.LocalDateTime
import java.util.zip.ZipEntry
import java.util.zip.ZipFile
import java.util.zip.ZipOutputStream
import javax.tools.ToolProvider
import kotlin.io.path.copyTo
import kotlin.io.path.createDirectories
import kotlin.io.path.getLastModifiedTime
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.outputStream
import kotlin.io.path.pathString
import kotlin.io.path.readBytes
import kotlin.io.path.walk
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** The step of the build after which records and pattern switches call plain methods. */
class PlainCallsTest {
  @TempDir lateinit var temp: Path
  private lateinit var original: Path
  private lateinit var rewritten: Path

  @BeforeEach
  fun `a jar and its copy`() {
    val samples = Path.of(javaClass.getResource("plain/Samples.java")!!.toURI())
    original = temp.resolve("samples.jar")
    jar(compile(temp.resolve("samples"), samples), original)
    rewritten = original.copyTo(temp.resolve("lib").createDirectories().resolve("samples.jar"))
  }

  @Test
  fun `equals, hashCode, toString and switches give what they gave`() {
    assertThat(calls(original).map { it.substringBefore(' ') }.distinct())
      .containsExactlyInAnyOrder("equals", "hashCode", "toString", "typeSwitch")
    rewrite("samples/")
    assertThat(calls(rewritten)).isEmpty()

    val numbers = intArrayOf(1, 2)
    val text = charArrayOf('t')
    val results = results(original, numbers, text)
    assertThat(results).hasSizeGreaterThan(50).anyMatch { "twins" in it }
    assertThat(results(rewritten, numbers, text)).isEqualTo(results)
  }

  @Test
  fun `entries keep their order and times, and what needs nothing its bytes`() {
    rewrite("samples/")
    assertThat(times(rewritten)).isEqualTo(times(original))
    val before = LinkedCalls.entries(original)
    val after = LinkedCalls.entries(rewritten)
    val changed = before.filterNot { it.value.contentEquals(after[it.key]) }
    val linked = before.filter {
      it.key.endsWith(".class") && LinkedCalls.of(it.value).isNotEmpty()
    }
    assertThat(changed.keys).isEqualTo(linked.keys)
  }

  @Test
  fun `what is done, and what is not ours, is left alone`() {
    val longAgo = FileTime.fromMillis(1_000_000_000_000)
    Files.setLastModifiedTime(rewritten, longAgo)
    rewrite("ours/")
    assertThat(rewritten.getLastModifiedTime()).isEqualTo(longAgo)
    assertThat(rewritten).hasSameBinaryContentAs(original)

    rewrite("samples/")
    val once = rewritten.readBytes()
    assertThat(rewritten.getLastModifiedTime()).isGreaterThan(longAgo)
    Files.setLastModifiedTime(rewritten, longAgo)
    rewrite("samples/")
    assertThat(rewritten.getLastModifiedTime()).isEqualTo(longAgo)
    assertThat(rewritten).hasBinaryContent(once)

    original.copyTo(rewritten, overwrite = true)
    rewrite("samples/")
    assertThat(rewritten).hasBinaryContent(once)
    assertThat(rewritten.parent.listDirectoryEntries()).containsExactly(rewritten)
  }

  /** Runs the step as the build does, but within this JVM. */
  private fun rewrite(prefix: String) {
    URLClassLoader(arrayOf(program.toUri().toURL())).use { loader ->
      val main =
        loader
          .loadClass("org.isomorph.cli.build.PlainJars")
          .getMethod("main", Array<String>::class.java)
      main.isAccessible = true
      main.invoke(null, arrayOf(rewritten.parent.pathString, prefix))
    }
  }

  private fun results(jar: Path, numbers: IntArray, text: CharArray): List<String> =
    URLClassLoader(arrayOf(jar.toUri().toURL())).use { loader ->
      val results =
        loader
          .loadClass("samples.Samples")
          .getMethod("results", IntArray::class.java, CharArray::class.java)
          .invoke(null, numbers, text)
      (results as List<*>).map { it as String }
    }

  private fun calls(jar: Path) =
    LinkedCalls.entries(jar)
      .filterKeys { it.endsWith(".class") }
      .flatMap { LinkedCalls.of(it.value) }

  private fun times(jar: Path) =
    ZipFile(jar.toFile()).use { zip ->
      zip.entries().asSequence().map { it.name to it.timeLocal }.toList()
    }

  private fun jar(classes: Path, jar: Path) {
    ZipOutputStream(jar.outputStream()).use { zip ->
      zip.putNextEntry(stored("samples/"))
      for (file in classes.walk().sortedDescending()) {
        val entry = ZipEntry(classes.relativize(file).invariantSeparatorsPathString)
        entry.timeLocal = LocalDateTime.of(2001, 2, 3, 4, 5, 6)
        zip.putNextEntry(entry)
        zip.write(file.readBytes())
      }
      zip.putNextEntry(ZipEntry("samples/text"))
      zip.write("text".encodeToByteArray())
    }
  }

  private fun stored(name: String) =
    ZipEntry(name).apply {
      method = ZipEntry.STORED
      size = 0
      crc = 0
    }

  companion object {
    private val sources = Path.of(System.getProperty("basedir"), "src/build/java")

    /** The step itself, which no module has among its classes. */
    @TempDir @JvmStatic lateinit var program: Path

    @BeforeAll
    @JvmStatic
    fun `the step is compiled`() {
      compile(program, *sources.walk().toList().toTypedArray())
    }

    private fun compile(into: Path, vararg sources: Path): Path {
      val arguments = listOf("-d", into.pathString) + sources.map { it.pathString }
      val status =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, *arguments.toTypedArray())
      assertThat(status).isZero
      return into
    }
  }
}
