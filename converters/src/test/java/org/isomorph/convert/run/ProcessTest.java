package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: being killed, and writing into a real limit. */
class ProcessTest {
  private static final Path BASH = Path.of("/bin/bash");

  @TempDir Path directory;
  Path sources;
  Path target;
  File output;

  @BeforeEach
  void name() {
    sources = directory.resolve("sources");
    target = directory.resolve("target");
    output = directory.resolve("output").toFile();
  }

  @Test
  void aProcessThatIsKilledAgainAndAgainIsFinishedByTheNext() throws Exception {
    int size = 60_000_000;
    Fixture.copies(sources, "child", size);
    List<String> command = Child.command(sources, target);
    Path partial = directory.resolve("target.partial");
    Random random = new Random(11);
    Map<String, Object> finished = new HashMap<>();
    for (int attempt = 0; attempt < 6; attempt++) {
      Process child = Child.start(command, output);
      // From the moment on when it writes: starting a process takes longer than this does.
      while (child.isAlive() && !Files.exists(partial.resolve("files")))
        child.waitFor(1, TimeUnit.MILLISECONDS);
      child.waitFor(random.nextInt(80), TimeUnit.MILLISECONDS);
      child.destroyForcibly().waitFor();
      if (Files.exists(target)) break;
      Map<String, Object> now = new HashMap<>();
      for (String name : new Journal(partial.resolve("journal")).finished().keySet())
        now.put(name, key(partial.resolve("files").resolve(name)));
      assertThat(now).as("files once finished stay as they are").containsAllEntriesOf(finished);
      finished = now;
    }
    Process child = Child.start(command, output);
    assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();

    for (int i = 1; i <= 4; i++) {
      byte[] bytes = Files.readAllBytes(target.resolve(Fixture.LARGE.get(i - 1)));
      assertThat(new String(bytes, 0, 8)).isEqualTo(Fixture.HEADER);
      assertThat(
              java.util.Arrays.equals(
                  bytes,
                  8,
                  bytes.length,
                  Files.readAllBytes(sources.resolve("source-" + i)),
                  0,
                  size))
          .isTrue();
    }
    for (var file : finished.entrySet())
      assertThat(key(target.resolve(file.getKey()))).isEqualTo(file.getValue());
    if (child.exitValue() == 0) {
      assertThat(Files.readString(output.toPath())).contains("resumed " + finished.size());
      assertThat(partial).doesNotExist();
    } else // the last one killed had just put everything in place
    assertThat(Files.readString(output.toPath())).contains("is not empty");
  }

  @Test
  @EnabledIf("bashExists")
  void aLimitReachedInTheMiddleKeepsWhatIsFinishedAndSaysWhatIsMissing() throws Exception {
    int size = 3_000_000;
    Fixture.copies(sources, "child", size);
    // The third file alone is too large for the limit, which bash counts in units of 1024 bytes.
    int large = 9_000_000;
    Fixture.source(sources, "source-3", large);
    List<String> command = Child.command(sources, target);
    String line = "ulimit -f 5000; exec \"$@\"";
    List<String> limited = new java.util.ArrayList<>(List.of(BASH.toString(), "-c", line, "bash"));
    limited.addAll(command);

    Process child = Child.start(limited, output);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();

    String message = Files.readString(output.toPath());
    assertThat(child.exitValue()).as(message).isEqualTo(1);
    assertThat(message)
        .contains("no space left for " + target + " (File too large): wrote ")
        .contains("missing ")
        .contains("what is finished is kept in " + target + ".partial")
        .contains("run the same again to resume");
    assertThat(target).doesNotExist();
    Path journal = directory.resolve("target.partial/journal");
    assertThat(new Journal(journal).finished()).isNotEmpty();

    Process again = Child.start(command, output);
    assertThat(again.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(output.toPath())).contains("resumed ").doesNotContain("resumed 0");
    assertThat(Fixture.content(target)).isEqualTo(Fixture.expected(sources, "child"));
  }

  static boolean bashExists() {
    return Files.exists(BASH);
  }

  private static Object key(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return List.of(String.valueOf(attributes.fileKey()), attributes.lastModifiedTime());
  }
}
