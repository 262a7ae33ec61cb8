package org.isomorph.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The code of a page, and where it stands: a block of Java, Kotlin or JSON is run by standing word
 * for word in a source, between {@code // snippet: NAME} and {@code // end}.
 *
 * <p>White space does not count, so that formatters may have their way with both. Imports that a
 * block begins with stand anywhere in a source, and a text block counts by its content.
 */
public final class Snippets {
  private static final Pattern BLOCK = Pattern.compile("(?sm)^```(?:java|kotlin|json)\n(.*?)^```");
  private static final Pattern SNIPPET =
      Pattern.compile("(?s)// snippet: [^\n]+\n(.*?)\n\\s*// end\\b");
  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*$");

  private Snippets() {}

  /** A page of the repository, by its path from the root: {@code docs/layouts.md}. */
  public static Path page(String path) {
    // Maven runs tests in their module, one below the root; an IDE may run them in the root.
    Path here = Path.of("").toAbsolutePath();
    return (Files.exists(here.resolve("isomorph")) ? here : here.getParent()).resolve(path);
  }

  /** The blocks of a page that stand in no source below {@code sources}, and their imports. */
  public static List<String> missing(Path page, Path... sources) throws IOException {
    Set<String> snippets = new HashSet<>(), imports = new HashSet<>();
    for (Path folder : sources)
      for (Path source : sources(folder)) {
        String text = Files.readString(source);
        SNIPPET.matcher(text).results().forEach(found -> snippets.add(normal(found.group(1))));
        IMPORT.matcher(text).results().forEach(found -> imports.add(found.group()));
      }
    return blocks(page).stream()
        .flatMap(block -> {
          Stream<String> unknown =
              IMPORT
                  .matcher(block)
                  .results()
                  .map(MatchResult::group)
                  .filter(line -> !imports.contains(line));
          return snippets.contains(normal(block)) ? unknown : Stream.of(block);
        })
        .toList();
  }

  /** The blocks of code of a page, in order. */
  public static List<String> blocks(Path page) throws IOException {
    return BLOCK.matcher(Files.readString(page)).results().map(found -> found.group(1)).toList();
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(java|kt)")).toList();
    }
  }

  private static String normal(String code) {
    return code.lines()
        .filter(line -> !IMPORT.matcher(line).matches())
        .map(line -> line.replaceAll("\\s+", ""))
        .collect(Collectors.joining())
        .replaceAll("^\"\"\"|\"\"\";$", "");
  }
}
