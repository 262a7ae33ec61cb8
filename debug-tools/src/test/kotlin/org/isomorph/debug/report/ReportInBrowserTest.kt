package org.isomorph.debug.report

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.writeText
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonPrimitive
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Goldens
import org.isomorph.debug.Prompt
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

/** The page as people use it, where there is a Chromium. Pictures are left in target/pages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportInBrowserTest {
  private val temp = Files.createTempDirectory("isomorph-pages")
  private lateinit var browser: Browser
  private lateinit var story: Path

  @BeforeAll
  fun start() {
    val program = Browser.find()
    assumeTrue(program != null, "no chromium or chrome on the path: pages are not tried in one")
    browser = Browser.start(program!!, temp.resolve("profile"))
    Goldens.load("llama").use { model ->
      val words = listOf("<s>", " a", " dog", " saw", " it", " and", " ran", " far", "\n")
      val prompt =
        Prompt.ids(model.model(), 1, 5, 9, 3, 7, 11, 7, 2).spelled { words[(it % 9).toInt()] }
      story = write("story", Pages.of(DebugSession.of(model, prompt)))
    }
  }

  @AfterAll
  fun stop() {
    if (::browser.isInitialized) browser.close()
    temp.toFile().deleteRecursively()
  }

  private fun write(name: String, page: ReportPage): Path =
    temp.resolve("$name.html").apply { writeText(page.html()) }

  private fun open(page: Path, width: Int = 1200, height: Int = 900) {
    browser.complaints.clear()
    browser.requests.clear()
    browser.size(width, height)
    browser.open(page)
  }

  private fun tab(id: String) {
    browser.click("#tab-$id")
    assertThat(browser.text("String(document.querySelector('#panel-$id').hidden)"))
      .isEqualTo("false")
    assertThat(browser.text("document.querySelector('#tab-$id').getAttribute('aria-selected')"))
      .isEqualTo("true")
  }

  private fun shown(selector: String) =
    browser.text("document.querySelector('$selector').textContent")

  private fun picture(name: String) = browser.picture(Path.of("target", "pages", "$name.png"))

  private fun assertQuiet() {
    assertThat(browser.complaints).isEmpty()
    assertThat(browser.requests).allMatch { it.startsWith("file:") }.hasSize(1)
  }

  @Test
  fun `a run is looked through`() {
    open(story)
    assertThat(shown("h1")).isEqualTo("llama")
    picture("overview")

    tab("lens")
    browser.click("td[data-row=\"1\"][data-cell=\"3\"]")
    assertThat(shown("#panel-lens .detail h3")).isEqualTo("decoder.0 at @3 '·saw'")
    browser.press("ArrowUp")
    browser.press("ArrowLeft")
    assertThat(shown("#panel-lens .detail h3")).isEqualTo("decoder.1 at @2 '<s>'")
    for (colouring in listOf("rank", "entropy", "divergence")) {
      browser.click("input[value=$colouring]")
      assertThat(browser.text("document.querySelector('td[data-row]').getAttribute('aria-label')"))
        .contains(
          mapOf("rank" to "rank 1", "entropy" to " bits", "divergence" to "0.00 nats")
            .getValue(colouring)
        )
    }
    picture("lens")

    tab("layers")
    browser.click("#panel-layers .chart svg", 0.98)
    assertThat(shown("#panel-layers .readout")).startsWith("decoder.2: mean ")
    browser.press("ArrowLeft")
    browser.click("#panel-layers summary")
    assertThat(shown("#panel-layers table")).contains("decoder.norm (not a layer)")
    picture("layers")

    tab("attention")
    browser.click("button.thumb[data-map=\"1\"][data-head=\"3\"]")
    assertThat(shown("#panel-attention .matrix h3")).isEqualTo("decoder.1.attn, head 2")
    browser.click("canvas.weights", 0.99)
    assertThat(shown("#panel-attention .detail h3")).isEqualTo("@7 '·dog' → @7 '·dog'")
    browser.click("canvas.weights", 0.01)
    assertThat(shown("#panel-attention .large")).isEqualTo("1.000")
    picture("attention")
    browser.press("Tab")

    browser.click("#copy")
    browser.await("document.querySelector('#said').textContent !== ''")
    assertThat(shown("#said")).startsWith("Attention: ")
    assertQuiet()
  }

  @Test
  fun `dark is dark, and tabs obey keys`() {
    open(story)
    val page = "getComputedStyle(document.body).backgroundColor"
    assertThat(browser.text(page)).isEqualTo("rgb(255, 255, 255)")
    browser.click("#theme")
    assertThat(browser.text(page)).isEqualTo("rgb(20, 23, 28)")
    assertThat(shown("#theme")).isEqualTo("Light")
    browser.click("#tab-overview")
    browser.press("ArrowRight")
    assertThat(browser.text("document.activeElement.id")).isEqualTo("tab-lens")
    picture("lens-dark")
    tab("attention")
    picture("attention-dark")
    assertQuiet()
  }

  @Test
  fun `a phone shows all without being pushed sideways`() {
    for ((name, page) in
      mapOf("story" to story, "comparison" to write("comparison", Pages.comparison()))) {
      open(page, 375, 740)
      val tabs = browser.value("document.querySelectorAll('[role=tab]').length").jsonPrimitive.int
      assertThat(tabs).isGreaterThan(1)
      for (at in 0 until tabs) {
        val id =
          browser.text("document.querySelectorAll('[role=tab]')[$at].id").removePrefix("tab-")
        tab(id)
        assertThat(browser.value("document.documentElement.scrollWidth").jsonPrimitive.int)
          .describedAs("$name, $id")
          .isLessThanOrEqualTo(375)
        picture("phone-$name-$id")
      }
      assertQuiet()
    }
  }

  @Test
  fun `a fault is found by hand`() {
    open(write("compare", Pages.comparison()))
    assertThat(shown(".verdict")).contains("LOCAL FAULT at decoder.2.ffn.gate")
    tab("compare")
    browser.click("#panel-compare .heat th button")
    assertThat(shown(".drill")).contains("Inside decoder.2", "✗ ffn.gate", "gate and up swapped")
    browser.click("#panel-compare td[data-row=\"3\"][data-cell=\"2\"]")
    browser.press("ArrowRight")
    assertThat(shown("#panel-compare .readout")).startsWith("decoder.2 at @3 '<3>': local error ")
    picture("compare")
    assertQuiet()
  }

  @Test
  fun `texts that are markup are shown as they are`() {
    val page = Goldens.load("llama").use { Pages.hostile(it) }
    open(write("hostile", page))
    for (id in listOf("overview", "lens", "layers", "attention")) tab(id)
    assertThat(browser.text("String(window.hacked)")).isEqualTo("undefined")
    assertThat(browser.value("document.images.length").jsonPrimitive.int).isZero
    assertThat(shown(".tokens")).contains("<img·src=x·onerror=hacked=1>", "\\u{202e}abc")
    assertQuiet()
  }
}
