package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every code block of a page stands in a test source, where it is compiled and its value checked.
 */
class DocsSnippetTest {
  private static final Pattern BLOCK =
      Pattern.compile("```(java|kotlin|json)\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SNIPPET =
      Pattern.compile("// snippet: \\S+\n(.*?)\n\\s*// end", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"description.md", "names.md"})
  void everyBlockIsASnippet(String page) throws IOException {
    Set<String> snippets = snippets();
    Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", page)));
    while (block.find()) assertThat(snippets).contains(normalised(block.group(2)));
  }

  private static Set<String> snippets() throws IOException {
    Set<String> snippets = new HashSet<>();
    List<Path> sources;
    try (Stream<Path> files = Files.walk(Path.of("src", "test"))) {
      sources = files.filter(file -> file.toString().matches(".*\\.(java|kt)")).toList();
    }
    for (Path source : sources) {
      Matcher snippet = SNIPPET.matcher(Files.readString(source));
      while (snippet.find())
        // A text block counts by its content.
        snippets.add(normalised(snippet.group(1).replaceAll("^\\s*\"\"\"|\"\"\";\\s*$", "")));
    }
    return snippets;
  }

  private static String normalised(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
