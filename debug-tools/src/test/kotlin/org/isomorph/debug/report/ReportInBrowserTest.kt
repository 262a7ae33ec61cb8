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
    assertThat(shown("#panel-attention .detail h4")).contains("|w·v·O|")
    assertThat(shown("#panel-attention .heads li .figure:last-child").toDouble()).isPositive()
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
  fun `the lenses of both are linked`() {
    open(write("lenses", Pages.comparison()))
    tab("compare")
    val tables = "#panel-compare .side"
    fun cell(side: Int, row: Int, cell: Int) =
      "$tables:nth-child($side) td[data-row=\"$row\"][data-cell=\"$cell\"]"
    fun has(selector: String, attribute: String) =
      browser.text("String(document.querySelector('$selector').matches('$attribute'))") == "true"

    // What is chosen in one is chosen in the other, and keys move in both.
    browser.click(cell(1, 2, 1))
    assertThat(shown("#panel-compare h4")).contains("decoder.1 at @1")
    assertThat(has(cell(2, 2, 1), "[aria-selected=true]")).isTrue
    browser.press("ArrowUp")
    browser.press("ArrowRight")
    for (side in 1..2) assertThat(has(cell(side, 3, 2), "[aria-selected=true]")).isTrue
    assertThat(browser.text("document.activeElement.closest('.side').textContent"))
      .startsWith("A: a")
    browser.click(cell(2, 0, 0))
    assertThat(has(cell(1, 0, 0), "[aria-selected=true]")).isTrue
    assertThat(browser.text("document.activeElement.closest('.side').textContent"))
      .startsWith("B: b<i>")
    // The pointer is over the second table still.
    assertThat(has(cell(1, 0, 0), ".pointed")).isTrue

    // Behind the fault, and nowhere before it, tokens part.
    val parts = "[...document.querySelectorAll('$tables:nth-child(2) td.parts')]"
    assertThat(browser.text("String($parts.length > 0)")).isEqualTo("true")
    assertThat(browser.text("String($parts.every(cell => cell.dataset.row >= 3))"))
      .isEqualTo("true")
    assertThat(shown(".parting"))
      .contains("The likeliest token is another in ", "first behind decoder.")
    browser.click(".parting button")
    assertThat(browser.text("String(document.activeElement.matches('td.parts'))")).isEqualTo("true")
    assertThat(browser.text("document.activeElement.getAttribute('aria-label')"))
      .contains("parts from the other")

    for (colouring in listOf("rank", "entropy", "divergence")) {
      browser.click("#panel-compare input[value=$colouring]")
      val said = mapOf("rank" to "rank ", "entropy" to " bits", "divergence" to " nats")
      for (side in 1..2) assertThat(
          browser.text("document.querySelector('${cell(side, 1, 1)}').ariaLabel")
        )
        .contains(said.getValue(colouring))
    }
    // The heat map leads to the same place.
    browser.click("#panel-compare .heat td[data-row=\"3\"][data-cell=\"2\"]")
    for (side in 1..2) assertThat(has(cell(side, 3, 2), "[aria-selected=true]")).isTrue
    picture("lenses")
    browser.click("#theme")
    browser.value("document.querySelector('.pair').scrollIntoView()")
    picture("lenses-dark")

    // What is scrolled in one is scrolled in the other.
    browser.size(375, 740)
    fun scrolled(side: Int) =
      browser
        .value("document.querySelectorAll('.pair .scroll')[$side].scrollLeft")
        .jsonPrimitive
        .int
    browser.value("document.querySelectorAll('.pair .scroll')[0].scrollLeft = 30")
    browser.await("document.querySelectorAll('.pair .scroll')[1].scrollLeft > 0")
    assertThat(scrolled(1)).isEqualTo(scrolled(0))
    browser.value("document.querySelector('.pair').scrollIntoView()")
    picture("lenses-phone")
    assertQuiet()
  }

  @Test
  fun `a notebook shows results in frames`() {
    val cells =
      Goldens.load("llama").use { model ->
        val session = DebugSession.of(model, 1, 5, 9, 3, 7)
        listOf(session.lens(3), session.cosine(), session.attention("1")).map(NotebookCell::of)
      }
    // What the driver waits for, and no sandbox, so that it can look inside.
    fun notebook(name: String, cells: List<String>) =
      temp.resolve("$name.html").apply {
        writeText("<!doctype html><meta charset=utf-8><i role=tab></i>${cells.joinToString("")}")
      }
    open(notebook("notebook", cells.map { it.replace(" sandbox=\"allow-scripts\"", "") }))
    val inside = "document.querySelectorAll('iframe')"
    for ((at, selector) in listOf(".lens td", ".chart svg", "button.thumb").withIndex()) {
      browser.await("$inside[$at].contentDocument.querySelector('$selector') !== null")
      assertThat(browser.text("String($inside[$at].contentDocument.querySelector('#tabs').hidden)"))
        .isEqualTo("true")
    }
    assertThat(browser.complaints).isEmpty()
    assertThat(browser.requests).allMatch { it.startsWith("file:") || it.startsWith("about:") }
    open(notebook("sandboxed", cells))
    Thread.sleep(500)
    picture("notebook")
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
