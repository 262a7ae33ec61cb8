package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.convert.Bytes;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Where an execution may write, and what is left where it may not. */
class DestinationTest extends InFolders {
  @Test
  void missingParentsAreCreatedAndAnEmptyDestinationIsTaken() throws IOException {
    target = directory.resolve("a/b/target");
    run(Fixture.copies(sources, "one", 10), OPTIONS);
    assertThat(target).isDirectory();

    target = Files.createDirectory(directory.resolve("empty"));
    run(Fixture.copies(sources, "one", 10), OPTIONS);
    assertThat(target.resolve("big-1")).exists();
  }

  @Test
  void aFullDestinationIsRefusedAndReplacedOnlyByForce() throws IOException {
    Files.createDirectory(target);
    Files.writeString(target.resolve("precious"), "data");
    Blueprint blueprint = Fixture.copies(sources, "one", 10);

    assertThatThrownBy(() -> run(blueprint, OPTIONS))
        .isInstanceOf(RunException.class)
        .hasMessage(
            "destination %s is not empty; choose another one, or replace it with --force", target);
    assertThat(directory.resolve("target.partial")).doesNotExist();

    run(blueprint, OPTIONS.force(true));
    assertThat(Fixture.content(target)).isEqualTo(Fixture.expected(sources, "one"));
  }

  @Test
  void aDestinationThatIsAFileIsRefusedEvenWithForce() throws IOException {
    Files.writeString(target, "file");
    assertThatThrownBy(() -> run(Fixture.copies(sources, "one", 10), OPTIONS.force(true)))
        .hasMessage("destination %s is not a directory", target);
  }

  @Test
  void aDestinationBelowAFileCannotBeCreated() throws IOException {
    Files.writeString(target, "file");
    Path below = target.resolve("below");
    assertThatThrownBy(() ->
            Executor.run(Fixture.copies(sources, "one", 10), below, OPTIONS, ProgressListener.NONE))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("cannot create " + below + ".partial")
        .hasMessageEndingWith("choose a destination that can be written");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDestinationInAReadOnlyFileSystemCannotBeCreated() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 0);
    assertThatThrownBy(() ->
            Executor.run(
                new Blueprint(List.of(), blueprint.small(), List.of(), "x"),
                Path.of("/proc/target"),
                OPTIONS,
                ProgressListener.NONE))
        .isInstanceOf(RunException.class);
  }

  @Test
  void sourceAndDestinationMustBeApart() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 10);
    for (Path wrong : List.of(sources, sources.resolve("below"), directory))
      assertThatThrownBy(
              () -> Executor.run(blueprint, wrong, OPTIONS.force(true), ProgressListener.NONE))
          .isInstanceOf(RunException.class)
          .hasMessageStartingWith("destination " + wrong)
          .hasMessageEndingWith("choose another destination");
    assertThat(sources.resolve("source-1")).exists();
  }

  @Test
  void aLinkStaysALinkAndWhatItNamesIsMade() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
    Executor.run(Fixture.copies(sources, "one", 10), link, OPTIONS, ProgressListener.NONE);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Fixture.content(directory.resolve("real")))
        .isEqualTo(Fixture.expected(sources, "one"));

    Executor.run(
        Fixture.copies(sources, "two", 10), link, OPTIONS.force(true), ProgressListener.NONE);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Fixture.content(directory.resolve("real")))
        .isEqualTo(Fixture.expected(sources, "two"));
  }

  @Test
  void moreThanTheDiskHoldsIsRefusedWithTheNumbers() throws IOException {
    Path source = Fixture.source(sources, "one", 100);
    Move repeated =
        new Move(
            new Span(source, 0, DType.U8),
            new Slot(0, DType.U8),
            new Box(0, 0, List.of(new Dim(1L << 59, 0, 1))));
    Blueprint.File file = new Blueprint.File("big", Bytes.utf8(""), 1L << 59, List.of(repeated));
    assertThatThrownBy(() -> run(blueprint(file), OPTIONS))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("not enough space for " + target)
        .hasMessageContaining("(576460752303423488 bytes)");
    assertThat(directory.resolve("target.partial")).doesNotExist();
  }

  @Test
  void aHoleTakesNoSpace() throws IOException {
    run(blueprint(new Blueprint.File("big", Bytes.utf8("head"), 1L << 42, List.of())), OPTIONS);
    assertThat(Files.size(target.resolve("big"))).isEqualTo(1L << 42);
  }

  @Test
  void aSecondConversionToTheSameDestinationIsRefused() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 1000);
    List<Throwable> refusals = new ArrayList<>();
    Steps second =
        step -> {
          if (!step.equals("begun")) return;
          try {
            run(blueprint, OPTIONS);
          } catch (IOException refused) {
            refusals.add(refused);
          }
        };
    Executor.run(blueprint, target, OPTIONS, ProgressListener.NONE, Executor.Closing.NONE, second);
    assertThat(refusals).hasSize(1);
    assertThat(refusals.getFirst())
        .hasMessageStartingWith("another conversion is writing " + target);
    assertThat(Fixture.content(target)).isEqualTo(Fixture.expected(sources, "one"));
  }

  @Test
  void aDirectoryOfSomebodyElseIsNotTakenForThePartialOne() throws IOException {
    Path partial = Files.createDirectory(directory.resolve("target.partial"));
    Files.writeString(partial.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> run(Fixture.copies(sources, "one", 10), OPTIONS))
        .hasMessageContaining("was not made by a conversion: it holds thesis.txt");
    assertThat(partial.resolve("thesis.txt")).exists();
  }
}
