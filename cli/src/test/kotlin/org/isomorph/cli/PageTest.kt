package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.createDirectory
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class PageTest {
  @TempDir lateinit var temp: Path
  private lateinit var llama: Path
  private lateinit var ids: Path
  private lateinit var page: Path

  @BeforeEach
  fun prepare() {
    llama = Checkpoints.copy("llama", temp)
    ids = temp.resolve("ids").apply { writeText("5 9 3 7 9") }
    page = temp.resolve("page.html")
  }

  private fun isomorph(vararg arguments: String) = IsomorphProcess.java().run(*arguments)

  @Test
  fun `a page appears whole, and its line says how large it is`() {
    val given = arrayOf("$llama", "--ids", "$ids", "--html", "$page")
    val result = isomorph("cos", *given)
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.out)
      .isEqualTo("$page: a page of %,d bytes, open it in a browser\n".format(page.fileSize()))
    assertThat(page.readText()).contains("\"attention\":", "\"lens\":", "isomorph ${version()}")
    val first = page.readBytes()
    // All commands write the same page, the same to the byte; what was there is replaced.
    assertThat(isomorph("topk", *given).exit).isZero
    assertThat(page.readBytes()).isEqualTo(first)
    val both = isomorph("attention", *given, "--layer", "1", "--json")
    assertThat(both.err).startsWith("$page: a page of")
    assertThat(both.json()).containsKey("weights")
    val refused = isomorph("attention", *given, "--layer", "0..1", "--json")
    assertRefused(refused, "attention is shown of one layer at a time")
    assertThat(isomorph("attention", *given, "--layer", "0..1").exit).isZero
    assertThat(temp.listDirectoryEntries(".*.partial")).isEmpty()
  }

  @Test
  fun `a page of a comparison`() {
    val result =
      isomorph("compare", "$llama", "$llama", "--ids", "$ids", "--html", "$page", "--json")
    assertThat(result.exit).describedAs(result.err).isZero
    assertThat(result.json()).containsKey("verdict")
    assertThat(result.err).contains("$page: a page of")
    assertThat(page.readText()).contains("\"comparison\":", "verdict: same")
  }

  @Test
  fun `where no page can be is said first`() {
    val folder = temp.resolve("folder").createDirectory()
    for ((file, said) in
      mapOf(
        folder to
          "$folder is a directory: expected a file, such as ${folder.resolve("report.html")}",
        temp.resolve("none/page.html") to "there is no directory ${temp.resolve("none")}",
      )) {
      val result = isomorph("cos", "$llama", "--ids", "$ids", "--html", "$file")
      assertThat(result.exit).isEqualTo(1)
      assertThat(result.err.replace(Regex("\\s+"), " ")).contains(said)
    }
    assertThat(folder.listDirectoryEntries()).isEmpty()
    assertThat(page.exists()).isFalse
  }
}
