package org.isomorph.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the page shows is what the tests beside this one run. */
class DocsSnippetTest {
  private static final Pattern FENCED = Pattern.compile("(?s)```(?:java|kotlin)\\n(.*?)```");
  private static final Pattern MARKED = Pattern.compile("(?s)// snippet: [^\\n]*\\n(.*?)// end\\n");

  static Stream<String> snippets() throws IOException {
    String page = Files.readString(root().resolve("docs/safetensors.md"));
    return FENCED.matcher(page).results().map(found -> found.group(1));
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void aSnippetOfThePageIsTested(String snippet) throws IOException {
    List<String> sources = sources();
    List<String> marked =
        sources.stream()
            .flatMap(source -> MARKED.matcher(source).results())
            .map((MatchResult found) -> normal(found.group(1)))
            .toList();
    List<String> lines = snippet.lines().toList();
    for (String line : lines) {
      if (line.startsWith("import "))
        assertThat(sources).as(line).anyMatch(source -> source.contains(line + "\n"));
    }
    String body =
        lines.stream()
            .filter(line -> !line.startsWith("import "))
            .collect(Collectors.joining("\n"));
    assertThat(marked).contains(normal(body));
  }

  private static String normal(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static List<String> sources() throws IOException {
    Path tests = root().resolve("converters/src/test");
    try (Stream<Path> files = Files.walk(tests)) {
      return files
          .filter(file -> file.getFileName().toString().contains("SnippetsTest."))
          .map(DocsSnippetTest::text)
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The repository's root: the tests run in the module, one below it. */
  private static Path root() {
    return Path.of("").toAbsolutePath().getParent();
  }
}
