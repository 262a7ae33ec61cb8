package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each Java block of docs/layouts.md stands in a test that runs. */
class LayoutDocsTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SNIPPET =
      Pattern.compile("// snippet: \\S+\n(.*?)// end", Pattern.DOTALL);

  @Test
  void everyBlockIsASnippetAndEverySnippetIsShown() throws IOException {
    Path page = root().resolve("docs/layouts.md");
    Path tests = root().resolve("converters/src/test/java/org/isomorph/layout");
    assertThat(texts(BLOCK, page))
        .isNotEmpty()
        .containsExactlyElementsOf(texts(SNIPPET, tests.resolve("LayoutSnippetsTest.java")));
  }

  private static List<String> texts(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult match) -> match.group(1).replaceAll("\\s+", " ").strip())
        .toList();
  }

  /** The repository's root: tests run in their module. */
  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("docs/layouts.md")) ? here : here.getParent();
  }
}
