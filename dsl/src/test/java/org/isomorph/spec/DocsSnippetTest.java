package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages show is what the tests of this module run. */
class DocsSnippetTest {
  @ParameterizedTest
  @ValueSource(strings = {"docs/description.md", "docs/names.md", "docs/graph.md"})
  void everyBlockIsTested(String path) throws IOException {
    assertThat(Snippets.missing(Snippets.page(path), Snippets.page("dsl/src/test"))).isEmpty();
  }
}
