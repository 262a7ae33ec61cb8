package org.isomorph.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start-up file for JShell, evaluated as JShell does: one snippet after another. */
class JShellTest {
  @TempDir Path folder;

  @Test
  void theStartUpFileMakesASession() throws Exception {
    ConvertACheckpoint.main(new String[] {folder.toString()});
    // In this process, as a second would have to load libtorch too.
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      evaluate(shell, "import java.io.*; import java.nio.file.*; import java.util.*;");
      evaluate(shell, Files.readString(Snippets.page("samples/isomorph.jsh")));
      String model = folder.resolve("llama").toString().replace("\\", "\\\\");
      evaluate(
          shell,
          """
          load("%s");
          ids(1, 5, 3, 7);
          cos();
          cos("-1");
          topk(3);
          attention("0");
          attention("0", "3", "<1>");
          stats("decoder.*.out");
          nan();
          """
              .formatted(model));
      assertThat(evaluate(shell, "session.info().toString()"))
          .isEqualTo("\"model llama  bf16  T=4\"");
      evaluate(shell, "model.close()");
    }
  }

  /** The last snippet's value, when all could be evaluated. */
  private static String evaluate(JShell shell, String source) {
    String rest = source, value = "";
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String snippet = next.source() == null ? rest : next.source();
      for (SnippetEvent event : shell.eval(snippet)) {
        List<String> said =
            shell.diagnostics(event.snippet()).map(each -> each.getMessage(null)).toList();
        assertThat(event.status()).as("%s: %s", snippet, said).isEqualTo(Snippet.Status.VALID);
        assertThat(event.exception()).as(snippet).isNull();
        if (event.value() != null) value = event.value();
      }
      rest = next.remaining();
    }
    return value;
  }
}
