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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an execution writes, and what of blueprints and sources it refuses. */
class ExecutorTest extends InFolders {
  @Test
  void writesLargeSmallAndCarriedFilesAndLeavesNothingElse() throws IOException {
    Result result = run(Fixture.copies(sources, "one", 100_000), OPTIONS);

    assertThat(Fixture.content(target)).isEqualTo(Fixture.expected(sources, "one"));
    assertThat(result.filesWritten()).isEqualTo(6);
    assertThat(result.filesResumed()).isZero();
    assertThat(result.bytes()).isEqualTo(4 * 100_008 + 17 + 14);
    assertThat(directory).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void anEmptyBlueprintIsAnEmptyDirectory() throws IOException {
    run(new Blueprint(List.of(), List.of(), List.of(), "none"), OPTIONS);
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void aFileWithoutTasksIsItsHeaderAndZeros() throws IOException {
    Blueprint.File file = new Blueprint.File("empty", Bytes.utf8("abc"), 5, List.of());
    run(new Blueprint(List.of(file), List.of(), List.of(), "zeros"), OPTIONS);
    assertThat(target.resolve("empty")).hasBinaryContent(new byte[] {'a', 'b', 'c', 0, 0});
  }

  @Test
  void progressGrowsToTheWhole() throws IOException {
    List<Long> done = new ArrayList<>();
    Result result =
        Executor.run(
            Fixture.copies(sources, "one", 1_000_000),
            target,
            OPTIONS,
            (bytes, total, _) -> {
              assertThat(bytes).isLessThanOrEqualTo(total);
              done.add(bytes);
            });
    assertThat(done).isSorted().endsWith(result.bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "/etc/passwd",
        "a\\b",
        "a\nb",
        "../up",
        "a/../../up",
        "a/..",
        "a//b",
        "a/",
        "./a",
        "c:/a"
      })
  void namesThatLeaveTheDirectoryAreRefused(String name) {
    Blueprint.Small small = new Blueprint.Small(name, Bytes.utf8("x"));
    assertThatThrownBy(
            () -> run(new Blueprint(List.of(), List.of(small), List.of(), "names"), OPTIONS))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("expected the name of a file within the directory, relative");
    assertThat(directory.resolve("target.partial")).doesNotExist();
  }

  @Test
  void twoFilesOfOneNameAreRefused() {
    Blueprint.Small small = new Blueprint.Small("twice", Bytes.utf8("x"));
    assertThatThrownBy(
            () -> run(new Blueprint(List.of(), List.of(small, small), List.of(), "names"), OPTIONS))
        .hasMessage("two files would be written as \"twice\"");
  }

  @Test
  void aFileThatIsTheDirectoryOfAnotherIsRefused() {
    Blueprint.Small file = new Blueprint.Small("iter_1", Bytes.utf8("x"));
    Blueprint.Small below = new Blueprint.Small("Iter_1/ranks/a", Bytes.utf8("x"));
    assertThatThrownBy(
            () -> run(new Blueprint(List.of(), List.of(below, file), List.of(), "n"), OPTIONS))
        .hasMessage("\"Iter_1\" would be a file and the directory of \"Iter_1/ranks/a\"");
  }

  @Test
  void aSourceThatIsCutShortIsFoundBeforeAnythingIsCreated() throws IOException {
    Path source = Fixture.source(sources, "short", 10);
    Blueprint.File file =
        new Blueprint.File("big", Bytes.utf8(""), 20, List.of(Fixture.move(source, 0, 0, 20)));
    assertThatThrownBy(() -> run(blueprint(file), OPTIONS))
        .hasMessage(
            "source file %s is cut short: expected at least 20 bytes, found 10; fetch it again",
            source);
    assertThat(directory.resolve("target.partial")).doesNotExist();
  }

  @Test
  void aSourceThatShrinksDuringTheRunIsNamed() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 100_000);
    Path last = sources.resolve("source-4");
    Steps shrink =
        step -> {
          if (step.equals("begun")) cut(last);
        };
    assertThatThrownBy(() ->
            Executor.run(
                blueprint, target, OPTIONS, ProgressListener.NONE, Executor.Closing.NONE, shrink))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("source file %s changed while it was read", last)
        .hasMessageContaining("found 50;");
    assertThat(target).doesNotExist();
  }

  @Test
  void aSourceThatChangesInPlaceIsNamed() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 1000);
    Path last = sources.resolve("source-4");
    Steps touch =
        step -> {
          if (step.equals("begun")) write(last, new byte[2000]);
        };
    assertThatThrownBy(() ->
            Executor.run(
                blueprint, target, OPTIONS, ProgressListener.NONE, Executor.Closing.NONE, touch))
        .hasMessageContaining("source file %s changed while it was converted", last);
    assertThat(target).doesNotExist();
  }

  @Test
  void tensorsOutsideTheirFileAndCastsThatDoNotExistAreRefused() throws IOException {
    Path source = Fixture.source(sources, "source", 100);
    Move outside = Fixture.move(source, 0, 5, 10);
    assertThatThrownBy(() ->
            run(
                blueprint(new Blueprint.File("big", Bytes.utf8("head"), 14, List.of(outside))),
                OPTIONS))
        .hasMessage("file big: expected tensors in bytes 4 to 14, found one in bytes 5 to 15");
    Move cast = new Move(new Span(source, 0, DType.I32), new Slot(0, DType.F32), Box.run(0, 0, 4));
    assertThatThrownBy(() ->
            run(blueprint(new Blueprint.File("big", Bytes.utf8(""), 16, List.of(cast))), OPTIONS))
        .hasMessage("file big: cannot cast I32 to F32; F64, F32, F16 and BF16 can be cast");
    Move huge =
        new Move(
            new Span(source, 0, DType.F64),
            new Slot(0, DType.F64),
            Box.run(0, 0, Long.MAX_VALUE / 2));
    assertThatThrownBy(() ->
            run(blueprint(new Blueprint.File("big", Bytes.utf8(""), 16, List.of(huge))), OPTIONS))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("long overflow");
  }

  @Test
  void elementsNarrowerThanAByteMoveAsAWhole() throws IOException {
    Path source = Fixture.source(sources, "fp4", 100);
    Move whole = new Move(new Span(source, 4, DType.F4), new Slot(0, DType.F4), Box.run(0, 0, 64));
    run(blueprint(new Blueprint.File("big", Bytes.utf8(""), 32, List.of(whole))), OPTIONS);
    assertThat(target.resolve("big"))
        .hasBinaryContent(java.util.Arrays.copyOfRange(Files.readAllBytes(source), 4, 36));

    Box turned = new Box(0, 0, List.of(new Dim(8, 1, 8), new Dim(8, 8, 1)));
    Move transposed = new Move(new Span(source, 4, DType.F4), new Slot(0, DType.F4), turned);
    assertThatThrownBy(() ->
            run(
                blueprint(new Blueprint.File("big", Bytes.utf8(""), 32, List.of(transposed))),
                OPTIONS.force(true)))
        .hasMessageContaining("move only as whole tensors");
  }

  @Test
  void aListenerThatFailsStopsTheRun() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 100);
    IllegalStateException failure = new IllegalStateException("drawing failed");
    assertThatThrownBy(() ->
            Executor.run(
                blueprint,
                target,
                OPTIONS,
                (_, _, _) -> {
                  throw failure;
                }))
        .isSameAs(failure);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("isomorph-worker"));
  }

  @Test
  void anInterruptEndsTheRunAndTheRestIsResumed() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", 3_000_000);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> run(blueprint, new Options(1, false, 64)))
        .isInstanceOf(java.io.InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    run(blueprint, OPTIONS);
    assertThat(Fixture.content(target)).isEqualTo(Fixture.expected(sources, "one"));
  }

  private static void cut(Path file) {
    write(file, new byte[50]);
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }
}
