package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages about families show is what the tests beside this one compile and run. */
class DocsSnippetTest {
  private static final Pattern FENCED = Pattern.compile("(?s)```java\\n(.*?)```");
  private static final Pattern MARKED = Pattern.compile("(?s)// snippet: [^\\n]*\\n(.*?)// end\\n");

  static Stream<String> snippets() throws IOException {
    List<String> snippets = new ArrayList<>();
    for (String page : List.of("dialects.md", "adding-a-family.md"))
      FENCED
          .matcher(Files.readString(root().resolve("docs").resolve(page)))
          .results()
          .forEach(found -> snippets.add(found.group(1)));
    return snippets.stream();
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void aSnippetOfAPageStandsInATest(String snippet) throws IOException {
    List<String> marked = new ArrayList<>();
    for (Path source :
        List.of(
            Path.of("org/example/Minnow.java"),
            Path.of("org/isomorph/architectures/DialectsSnippetsTest.java")))
      MARKED
          .matcher(Files.readString(root().resolve("architectures/src/test/java").resolve(source)))
          .results()
          .forEach(found -> marked.add(normal(found.group(1))));
    assertThat(marked).contains(normal(snippet));
  }

  private static String normal(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }

  /** The repository's root: the tests run in the module, one below it. */
  private static Path root() {
    return Path.of("").toAbsolutePath().getParent();
  }
}
