package org.isomorph.debug.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonArray;
import kotlinx.serialization.json.JsonElement;
import kotlinx.serialization.json.JsonObject;
import kotlinx.serialization.json.JsonPrimitive;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Goldens;
import org.isomorph.debug.Layer;
import org.isomorph.debug.Lens;
import org.isomorph.debug.Prompt;
import org.isomorph.debug.report.Findings.Section;
import org.isomorph.runtime.LoadedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportPageTest {
  private static final Pattern DATA =
      Pattern.compile("(?s)<script type=\"application/json\" id=\"data\">(.*?)</script>");

  private LoadedModel llama;

  @BeforeAll
  void load() {
    llama = Goldens.load("llama");
  }

  @AfterAll
  void close() {
    llama.close();
  }

  private static JsonObject data(ReportPage page) {
    Matcher data = DATA.matcher(page.html());
    assertThat(data.find()).isTrue();
    return (JsonObject) Json.Default.parseToJsonElement(data.group(1));
  }

  private static JsonElement at(JsonElement element, Object... path) {
    JsonElement found = element;
    for (Object step : path) {
      found =
          step instanceof Integer index
              ? ((JsonArray) found).get(index)
              : ((JsonObject) found).get((String) step);
      assertThat(found).as("%s", step).isNotNull();
    }
    return found;
  }

  private static String text(JsonElement element, Object... path) {
    return ((JsonPrimitive) at(element, path)).getContent();
  }

  private static ByteBuffer packed(JsonElement element, Object... path) {
    return ByteBuffer.wrap(Base64.getDecoder().decode(text(element, path)))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private DebugSession session(long... ids) {
    return DebugSession.of(llama, Prompt.ids(llama.model(), ids));
  }

  // ---- one page that needs nothing

  @Test
  void thePageHoldsAllThatItNeeds() {
    ReportPage page = Pages.of(session(1, 5, 9, 3, 7));
    assertThat(page.html())
        .startsWith("<!doctype html>")
        .contains("default-src 'none'", "name=\"viewport\"", "role=\"tablist\"")
        .doesNotContain("src=", "<link", "@import", "url(", "fetch(", "innerHTML", "{{");
    // The namespace of drawings is a name, not an address that is asked.
    assertThat(page.html().replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http://", "https://");
    assertThat(page.html().split("<script", -1)).hasSize(3);
    assertThat(page.html().split("</script", -1)).hasSize(3);
    assertThat(page.bytes()).isLessThan(120_000);
    assertThat(page.findings().notes()).isEmpty();
  }

  @Test
  void theSameFindingsAreTheSameBytes() {
    assertThat(Pages.of(session(1, 5, 9)).html()).isEqualTo(Pages.of(session(1, 5, 9)).html());
    assertThat(Pages.comparison().html()).isEqualTo(Pages.comparison().html());
  }

  @Test
  void textsStayTexts() {
    ReportPage page = Pages.hostile(llama);
    assertThat(page.html().split("<script", -1)).hasSize(3);
    assertThat(page.html().split("</script", -1)).hasSize(3);
    assertThat(page.html()).doesNotContain("<img", "<!-- ", "\u2028", "\u202e", "\u0000");
    JsonObject data = data(page);
    for (int at = 0; at < 9; at++)
      assertThat(text(data, "sequences", "decoder", at, 2)).isEqualTo(Pages.hostile(at + 1));
    Findings found = page.findings();
    Findings named =
        new Findings(
            "</title><script>alert(1)</script>",
            found.facts(),
            found.sequences(),
            found.cosine(),
            found.lens(),
            found.attention(),
            found.comparison(),
            found.lenses(),
            found.notes());
    assertThat(ReportPage.of(Pages.MADE, named).html())
        .contains("<h1>&lt;/title&gt;&lt;script&gt;")
        .doesNotContain("</title><script>");
  }

  // ---- what it holds

  @Test
  void numbersAreTheProbes() {
    DebugSession session = session(1, 5, 9, 3, 7);
    JsonObject data = data(Pages.of(session));
    Lens lens = session.lens(5);
    for (int state = 0; state < lens.layers().size(); state++) {
      ByteBuffer rank = packed(data, "lens", "states", state, "rank");
      ByteBuffer entropy = packed(data, "lens", "states", state, "entropy");
      ByteBuffer top = packed(data, "lens", "states", state, "top");
      for (Lens.Cell cell : lens.layers().get(state).cells()) {
        assertThat((long) rank.getInt()).isEqualTo(cell.finalRank());
        assertThat(Float.float16ToFloat(entropy.getShort()))
            .isCloseTo((float) cell.entropy(), within(0.002f));
        for (Lens.Candidate candidate : cell.top())
          assertThat(text(data, "lens", "pieces", top.getInt(), 0)).isEqualTo("" + candidate.id());
      }
    }
    for (int layer = 0; layer < 3; layer++) {
      AttentionMap map = session.attention("" + layer);
      ByteBuffer weights = packed(data, "attention", "maps", layer, "weights");
      for (int head = 0; head < map.heads(); head++)
        for (int query = 0; query < 5; query++)
          for (int key = 0; key <= query; key++) {
            double root = (weights.get() & 255) / 255.0;
            assertThat(root * root).isCloseTo(map.weight(head, query, key), within(0.004));
          }
      assertThat(weights.hasRemaining()).isFalse();
    }
    assertThat(Double.parseDouble(text(data, "layers", "layers", 1, "mean")))
        .isCloseTo(session.cosine().layer("decoder.1").distance().mean(), within(1e-6));
  }

  @Test
  void aComparisonIsShownTokenByToken() {
    JsonObject data = data(Pages.comparison());
    assertThat(text(data, "comparison", "headline")).contains("LOCAL FAULT at decoder.2.ffn.gate");
    assertThat(text(data, "comparison", "looks", 0, "guesses", 0, "mistake"))
        .isEqualTo("gate and up swapped");
    JsonArray pieces = (JsonArray) at(data, "comparison", "pieces");
    for (int piece = 0; piece < pieces.size(); piece++) {
      ByteBuffer errors = packed(data, "comparison", "tokens_local", piece);
      double greatest = 0;
      while (errors.hasRemaining()) greatest = Math.max(greatest, errors.getFloat());
      assertThat(greatest)
          .isCloseTo(Double.parseDouble(text(pieces, piece, "local", "greatest")), within(1e-5));
    }
    assertThat(text(data, "title")).isEqualTo("b<i> against a");
  }

  @Test
  void aComparisonHasTheLensesOfBoth() {
    ReportPage page = Pages.comparison();
    LensPair both = page.findings().lenses().orElseThrow();
    JsonObject data = data(page);
    assertThat(text(data, "lenses", "b", "name")).isEqualTo("b<i>");
    assertThat(text(data, "lenses", "a", "lens", "tower")).isEqualTo("decoder");
    assertThat(text(data, "lenses", "a", "lens", "places", 3)).isEqualTo("3");
    // Up to the fault they predict the same, and behind it they do not.
    for (int state = 0; state < 6; state++) {
      var a = both.a().layers().get(state).cells().stream().map(Lens.Cell::top).toList();
      var b = both.b().layers().get(state).cells().stream().map(Lens.Cell::top).toList();
      assertThat(a.equals(b)).as("state %d", state).isEqualTo(state < 3);
    }
    assertThat(page.findings().notes()).isEmpty();
  }

  @Test
  void aComparisonWithoutTokensSaysWhyThereAreNoLenses() {
    ReportPage page = Pages.comparison(Map.of());
    assertThat(page.findings().lenses()).isEmpty();
    assertThat(page.findings().notes())
        .containsExactly(
            new Findings.Note(
                Section.COMPARE,
                "the lenses of both are not shown: they take one row of tokens; give --prompt or --ids"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "clip", "mixtral", "reward-llama", "t5", "vit", "yoco"})
  void everyKindOfModelHasAPage(String name) {
    try (LoadedModel model = Goldens.load(name)) {
      ReportPage page = Pages.of(Goldens.session(model, name));
      JsonObject data = data(page);
      assertThat(page.bytes()).isLessThan(Budget.USUAL.bytes());
      assertThat(text(data, "title")).isEqualTo(model.model().name());
      if (data.containsKey("lens"))
        assertThat(text(data, "lens", "tower")).isEqualTo(model.model().last().name());
      // What is missing says why.
      for (Section section : List.of(Section.LENS, Section.LAYERS, Section.ATTENTION))
        assertThat(
                data.containsKey(section.name().toLowerCase(Locale.ROOT))
                    || page.findings().notes().stream().anyMatch(x -> x.section() == section))
            .as("%s", section)
            .isTrue();
    }
  }

  // ---- budgets

  @Test
  void attentionThatIsTooMuchIsLeftOutWithTheRemedy() {
    DebugSession session = session(LongStream.rangeClosed(1, 40).toArray());
    ReportPage without = ReportPage.of(Pages.MADE, session, List.of(), Budget.USUAL);
    assertThat(without.findings().notes())
        .containsExactly(
            new Findings.Note(Section.ATTENTION, "none of these layers has attention weights"));
    // Each layer takes 4 heads x (820 pairs + 40 norms of 2) x 4/3 bytes and its name.
    Budget budget = new Budget(without.bytes() + 10_500, 256, 16_000, 5);
    ReportPage all = ReportPage.of(Pages.MADE, session, Layer.all(llama.model()), budget);
    assertThat(all.findings().attention()).isEmpty();
    assertThat(all.findings().notes().getFirst().text())
        .startsWith("the attention of 3 layers would take 15,600 bytes")
        .contains("name at most 2 of them with --layer");
    ReportPage narrowed =
        ReportPage.of(Pages.MADE, session, Layer.parse(llama.model(), "0..1"), budget);
    assertThat(narrowed.findings().attention()).hasSize(2);
    assertThat(narrowed.bytes()).isLessThanOrEqualTo(budget.bytes());
  }

  @Test
  void aLongPromptIsShownFromItsEnd() {
    DebugSession session = session(LongStream.rangeClosed(1, 40).toArray());
    ReportPage page =
        ReportPage.of(
            Pages.MADE, session, Layer.all(llama.model()), new Budget(2_000_000, 8, 16_000, 5));
    JsonObject data = data(page);
    assertThat(text(data, "sequences", "decoder", 0, 0)).isEqualTo("32");
    assertThat(text(data, "notes", 0, "text"))
        .isEqualTo("decoder read 40 tokens; the page shows the last 8");
    assertThat(packed(data, "lens", "states", 0, "rank").capacity()).isEqualTo(8 * 4);
    assertThat(packed(data, "attention", "maps", 0, "weights").capacity()).isEqualTo(4 * 36);
    // Where the rest alone is too much, fewer tokens are shown, until it fits.
    Budget small = new Budget(page.bytes(), 256, 16_000, 5);
    ReportPage shorter = ReportPage.of(Pages.MADE, session, Layer.all(llama.model()), small);
    assertThat(shorter.bytes()).isLessThan(small.bytes() + 400);
    assertThat(shorter.findings().tokens()).isLessThan(40);
  }
}
