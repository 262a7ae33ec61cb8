package org.isomorph.cli

import java.nio.file.Path
import java.util.jar.JarOutputStream
import java.util.zip.ZipEntry
import kotlin.io.path.createDirectory
import kotlin.io.path.outputStream
import kotlin.io.path.writeText
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class FamiliesTest {
  @TempDir lateinit var plugins: Path

  private fun families(vararg options: String) =
    IsomorphProcess.java().environment("ISOMORPH_PLUGINS", "$plugins").run("families", *options)

  @Test
  fun `lists families and what converts to what`() {
    val result = families()
    assertThat(result.exit).isZero
    assertThat(result.err).isEmpty()
    assertThat(result.out)
      .contains("also called yi, deepseek-llm")
      .containsPattern("(?m)^llama +.*=.*")
      .containsPattern("(?m)^qwen3 +.*=.*")
  }

  @Test
  fun `lists presets with their parameters`() {
    assertThat(families("--presets").out).containsPattern("llama-3-8b +8,030,261,248 parameters")
  }

  @Test
  fun `lists only the families that are asked for`() {
    assertThat(families("qwen2", "yi", "gpt2").out.lines().map { it.trimEnd() })
      .contains("       gpt2 llama qwen2", "gpt2   =    .     .", "llama  .    =     =")
      .noneMatch { it.startsWith("mistral") }
    assertRefused(families("qwen9"), "no family is called qwen9")
  }

  @Test
  fun `as JSON the matrix is square`() {
    val families = families("--json").json().getValue("families").jsonArray.map { it.jsonObject }
    val names = families.map { it.getValue("name").jsonPrimitive.content }
    assertThat(names).contains("llama", "qwen2", "gpt2")
    assertThat(families).allSatisfy {
      assertThat(it.keys).containsExactly("name", "summary", "aliases", "presets", "converts_to")
      assertThat(it.getValue("converts_to").jsonObject.keys).containsExactlyElementsOf(names)
    }
    val llama = families[names.indexOf("llama")].getValue("presets").jsonObject
    assertThat(llama.getValue("llama-3-8b").jsonPrimitive.long).isEqualTo(8_030_261_248)
  }

  @Test
  fun `a plug-in folder may hold nothing of interest`() {
    plugins.resolve("notes.txt").writeText("not a jar")
    JarOutputStream(plugins.resolve("library.jar").outputStream()).use {
      it.putNextEntry(ZipEntry("README"))
    }
    assertThat(families().exit).isZero
  }

  @Test
  fun `a plug-in that is no jar is named`() {
    val broken = plugins.resolve("broken.jar")
    broken.writeText("<html>404</html>")
    assertRefused(families(), "plug-in $broken is not a jar that can be read")
  }

  @Test
  fun `a folder with the name of a jar is named`() {
    val folder = plugins.resolve("folder.jar").createDirectory()
    assertRefused(families(), "plug-in $folder is not a jar that can be read")
  }

  @Test
  fun `a plug-in whose class is missing is said with its folder and class`() {
    JarOutputStream(plugins.resolve("empty.jar").outputStream()).use {
      it.putNextEntry(ZipEntry("META-INF/services/org.isomorph.dialect.Dialect"))
      it.write("com.example.Missing\n".toByteArray())
    }
    assertRefused(families(), "a plug-in in $plugins cannot be loaded", "com.example.Missing")
  }
}
