package org.isomorph.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's code is the samples', its two commands are the real ones, and no page is lost. */
class DocsSnippetTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "docs/converting.md",
        "docs/running.md",
        "docs/newcomers-guide.md",
        "docs/generation.md",
        "docs/probes.md",
        "docs/report.md"
      })
  void everyBlockIsASample(String path) throws IOException {
    Path page = Snippets.page(path);
    assertThat(Snippets.missing(page, Snippets.page("samples/src/main"))).isEmpty();
  }

  @Test
  void theReadmeTestsAsContinuousIntegrationDoes() throws IOException {
    String command = "mvn --batch-mode --no-transfer-progress verify";
    assertThat(Snippets.page(".ci/run")).content().contains("\nexec " + command + " </dev/null");
    assertThat(Snippets.page("README.md")).content().contains("\n    " + command);
    assertThat(Snippets.page("CONTRIBUTING.md")).content().contains("\n    " + command);
  }

  @Test
  void theIndexNamesEveryPage() throws IOException {
    String index = Files.readString(Snippets.page("docs/README.md"));
    List<String> pages;
    try (var files = Files.list(Snippets.page("docs"))) {
      pages =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".md") && !name.equals("README.md"))
              .toList();
    }
    assertThat(pages).allSatisfy(page -> assertThat(index).contains("](" + page + ")"));
  }
}
