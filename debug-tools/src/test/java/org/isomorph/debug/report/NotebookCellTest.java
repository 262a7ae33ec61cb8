package org.isomorph.debug.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonArray;
import kotlinx.serialization.json.JsonObject;
import kotlinx.serialization.json.JsonPrimitive;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Goldens;
import org.isomorph.debug.Prompt;
import org.isomorph.runtime.LoadedModel;
import org.junit.jupiter.api.Test;

class NotebookCellTest {
  @Test
  void aResultIsItsSectionOfAPage() {
    try (LoadedModel llama = Goldens.load("llama")) {
      DebugSession session = DebugSession.of(llama, 1, 5, 9, 3);
      for (Map.Entry<String, Object> each :
          Map.<String, Object>of(
                  "lens",
                  session.lens(3),
                  "layers",
                  session.cosine(),
                  "attention",
                  session.attention("1"))
              .entrySet()) {
        String cell = NotebookCell.of(each.getValue());
        assertThat(cell)
            .startsWith("<iframe class=\"isomorph\" sandbox=\"allow-scripts\"")
            .endsWith("</iframe>")
            .contains("&quot;" + each.getKey() + "&quot;:");
        // Nothing of the page is outside of its attribute.
        assertThat(cell.split("\"", -1)).hasSize(9);
      }
      assertThat(NotebookCell.of(session.attention("1", "2", "0")))
          .startsWith("<pre class=\"isomorph\">attention  decoder.1.attn")
          .contains("|w·v·O|")
          .endsWith("</pre>");
      assertThat(NotebookCell.of(session.statistics("decoder.0.out"))).contains("decoder.0.out");
    }
  }

  @Test
  void textsStayTexts() {
    try (LoadedModel llama = Goldens.load("llama")) {
      DebugSession session =
          DebugSession.of(
              llama, Prompt.ids(llama.model(), 1, 2, 3, 4, 5, 6, 7, 8, 9).spelled(Pages::hostile));
      assertThat(NotebookCell.of(session.attention("1", "1", "0")))
          .doesNotContain("<img", "<script");
      assertThat(NotebookCell.of(session.lens(3)).split("<", -1)[1]).startsWith("iframe");
      assertThat(NotebookCell.of(session.lens(3))).doesNotContain("</script><script>hacked");
    }
  }

  @Test
  void whatIsTooLargeForAPageIsItsText() {
    assertThat(NotebookCell.of("<b>\n".repeat(3)))
        .isEqualTo("<pre class=\"isomorph\">&lt;b&gt;\n&lt;b&gt;\n&lt;b&gt;</pre>");
  }

  @Test
  void theDescriptorOfTheKotlinKernelNamesWhatThereIs() throws IOException {
    JsonObject libraries =
        (JsonObject)
            Json.Default.parseToJsonElement(
                new String(
                    resource("/META-INF/kotlin-jupyter-libraries/libraries.json").readAllBytes(),
                    StandardCharsets.UTF_8));
    assertThat(libraries).containsOnlyKeys("definitions", "producers", "descriptors");
    JsonArray descriptors = (JsonArray) Objects.requireNonNull(libraries.get("descriptors"));
    JsonObject descriptor = (JsonObject) descriptors.getFirst();
    JsonObject renderers = (JsonObject) descriptor.get("renderers");
    assertThat(renderers).isNotNull().hasSizeGreaterThan(5);
    renderers.forEach((type, renderer) -> {
      assertThat(type).satisfies(name -> Class.forName(name));
      assertThat(((JsonPrimitive) renderer).getContent())
          .isEqualTo("HTML(" + NotebookCell.class.getName() + ".of($it as " + type + "))");
    });
    JsonArray imports = (JsonArray) descriptor.get("imports");
    assertThat(imports).isNotNull();
    for (var each : imports) {
      String name = ((JsonPrimitive) each).getContent();
      if (name.endsWith(".*"))
        assertThat(NotebookCell.class.getResource("/" + name.replace(".*", "").replace('.', '/')))
            .as(name)
            .isNotNull();
      else assertThat(name).satisfies(type -> Class.forName(type));
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(NotebookCell.class.getResourceAsStream(name), name);
  }
}
