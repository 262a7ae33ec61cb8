package org.isomorph.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages show is what the tests of this module run. */
class DocsSnippetTest {
  @ParameterizedTest
  @ValueSource(strings = {"docs/safetensors.md", "docs/layouts.md", "docs/formats.md"})
  void everyBlockIsTested(String path) throws IOException {
    Path page = Snippets.page(path);
    assertThat(Snippets.blocks(page)).isNotEmpty();
    assertThat(Snippets.missing(page, Snippets.page("converters/src/test"))).isEmpty();
  }
}
