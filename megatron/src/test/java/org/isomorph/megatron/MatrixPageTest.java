package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isomorph.convert.Matrix;
import org.isomorph.convert.MatrixText;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.Test;

/**
 * The page of what converts to what, with all families: it is tested here, behind the last of them.
 */
class MatrixPageTest {
  @Test
  void thePageIsWhatIsGenerated() throws IOException {
    String page = String.join("\n", MatrixText.page(Matrix.of(Checkpoints.DIALECTS))) + "\n";
    Path generated = Path.of("target", "matrix.md");
    Files.writeString(generated, page);
    assertThat(Files.readString(Snippets.page("docs/matrix.md")))
        .as("docs/matrix.md: replace it by %s", generated.toAbsolutePath())
        .isEqualTo(page);
  }
}
