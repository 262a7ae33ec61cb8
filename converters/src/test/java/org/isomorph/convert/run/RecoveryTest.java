package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isomorph.convert.Blueprint;
import org.junit.jupiter.api.Test;

/** The plug is pulled after each step of the protocol in turn; then the same is run again. */
class RecoveryTest extends InFolders {
  private static final Options ONE_THREAD = new Options(1, false, 4096);
  private static final int SIZE = 10_000;

  /** What nothing in the code catches to clean up. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void aCrashAfterAnyStepLeavesSomethingThatARerunFinishes() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", SIZE);
    int steps = steps(blueprint, ONE_THREAD).size();
    assertThat(steps).isGreaterThan(20);
    for (int crash = 0; crash < steps; crash++) {
      Tree.delete(target);
      Tree.delete(directory.resolve("target.partial"));
      String step = crash(blueprint, ONE_THREAD, crash);
      if (Files.exists(target)) requireWhole("one", step);
      rerun(blueprint, step);
    }
  }

  @Test
  void aCrashWhileReplacingNeverLosesTheOldDirectory() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", SIZE);
    Options force = ONE_THREAD.force(true);
    old();
    int steps = steps(blueprint, force).size();
    for (int crash = 0; crash < steps; crash++) {
      Tree.delete(directory.resolve("target.partial"));
      old();
      String step = crash(blueprint, force, crash);
      if (!Files.exists(target))
        assertThat(directory.resolve("target.partial/replaced/old")).as(step).hasContent("old");
      Executor.run(blueprint, target, force, ProgressListener.NONE);
      requireWhole("one", step);
    }
  }

  @Test
  void aCrashWhileReplacingIsUndoneByARunThatMayNotReplace() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", SIZE);
    old();
    crash(blueprint, ONE_THREAD.force(true), "aside");
    assertThat(target).doesNotExist();
    assertThatThrownBy(() -> Executor.run(blueprint, target, ONE_THREAD, ProgressListener.NONE))
        .hasMessageContaining("is not empty");
    assertThat(target.resolve("old")).hasContent("old");
  }

  @Test
  void aStaleDirectoryIsDiscardedWhereverItsDiscardingCrashes() throws IOException {
    Blueprint first = Fixture.copies(sources, "one", SIZE);
    Blueprint second = Fixture.copies(sources, "two", SIZE);
    crash(first, ONE_THREAD, "finished iter_1/big-2");
    List<String> notes = new ArrayList<>();
    Result result = Executor.run(second, target, ONE_THREAD, noting(notes));
    assertThat(result.staleDiscarded()).isTrue();
    assertThat(result.filesResumed()).isZero();
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst()).startsWith("discarded the unfinished files of another plan");
    requireWhole("two", "stale");

    int steps = 25;
    for (int crash = 0; crash < steps; crash++) {
      Tree.delete(target);
      Tree.delete(directory.resolve("target.partial"));
      crash(first, ONE_THREAD, "finished iter_1/big-2");
      String step = crash(second, ONE_THREAD, crash);
      // The first plan again: nothing of the second may be taken for its own.
      Tree.delete(target);
      Executor.run(first, target, ONE_THREAD, ProgressListener.NONE);
      requireWhole("one", step);
    }
  }

  @Test
  void finishedFilesAreKeptAndHalfWrittenOnesAreWrittenAgain() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", SIZE);
    crash(blueprint, ONE_THREAD, "written iter_1/rank_0/big-3");
    Path files = directory.resolve("target.partial/files");
    Object before = key(files.resolve("iter_1/big-2"));
    // A file that was finished, but is not what the journal says any more.
    Files.write(files.resolve("big-1"), new byte[5]);
    // What no plan has, left by whoever.
    Files.createDirectories(files.resolve("iter_1/rank_9"));
    List<String> written = new ArrayList<>();

    Result result =
        Executor.run(
            blueprint,
            target,
            ONE_THREAD,
            ProgressListener.NONE,
            Executor.Closing.NONE,
            written::add);

    assertThat(result.filesResumed()).isEqualTo(1);
    assertThat(result.filesWritten()).isEqualTo(5);
    assertThat(written)
        .contains("written big-1", "written iter_1/rank_0/big-3", "written big-4")
        .doesNotContain("written iter_1/big-2");
    assertThat(key(target.resolve("iter_1/big-2"))).isEqualTo(before);
    assertThat(target.resolve("iter_1/rank_9")).doesNotExist();
    requireWhole("one", "written iter_1/rank_0/big-3");
  }

  @Test
  void aSourceThatHasChangedMakesFinishedFilesStale() throws IOException {
    Blueprint blueprint = Fixture.copies(sources, "one", SIZE);
    crash(blueprint, ONE_THREAD, "finished iter_1/rank_0/big-3");
    byte[] changed = new byte[SIZE];
    Files.write(sources.resolve("source-1"), changed);
    Files.setLastModifiedTime(
        sources.resolve("source-1"), java.nio.file.attribute.FileTime.fromMillis(1));
    assertThat(Executor.run(blueprint, target, ONE_THREAD, ProgressListener.NONE).staleDiscarded())
        .isTrue();
    requireWhole("one", "changed source");
  }

  @Test
  void aTornLineOfTheJournalDoesNotCount() throws IOException {
    Path path = directory.resolve("journal");
    Journal journal = new Journal(path);
    journal.finished("a file", 12);
    Files.writeString(path, "34 torn", java.nio.file.StandardOpenOption.APPEND);
    assertThat(journal.finished()).containsOnlyKeys("a file");
    journal.finished("b", 5);
    assertThat(journal.finished()).containsEntry("b", 5L).doesNotContainKey("torn5 b");
    assertThat(journal.isComplete()).isFalse();
    journal.complete();
    assertThat(journal.isComplete()).isTrue();
  }

  private void rerun(Blueprint blueprint, String step) throws IOException {
    if (Files.exists(target) && !Files.exists(directory.resolve("target.partial"))) return;
    try {
      Executor.run(blueprint, target, ONE_THREAD, ProgressListener.NONE);
    } catch (RunException refused) {
      // All that was left is an empty partial directory beside the whole destination.
      assertThat(target).as(step).exists();
      assertThat(refused).as(step).hasMessageContaining("is not empty");
    }
    requireWhole("one", step);
  }

  private void requireWhole(String digest, String step) throws IOException {
    assertThat(Fixture.content(target)).as(step).isEqualTo(Fixture.expected(sources, digest));
  }

  private void old() throws IOException {
    Tree.delete(target);
    Files.createDirectories(target);
    Files.writeString(target.resolve("old"), "old");
  }

  private List<String> steps(Blueprint blueprint, Options options) throws IOException {
    List<String> steps = new ArrayList<>();
    Executor.run(
        blueprint, target, options, ProgressListener.NONE, Executor.Closing.NONE, steps::add);
    return steps;
  }

  /** Runs until so many steps are done; the step after which the plug was pulled. */
  private String crash(Blueprint blueprint, Options options, int after) throws IOException {
    List<String> seen = new ArrayList<>();
    try {
      Executor.run(
          blueprint,
          target,
          options,
          ProgressListener.NONE,
          Executor.Closing.NONE,
          step -> {
            seen.add(step);
            if (seen.size() > after) throw new Crash();
          });
    } catch (Crash expected) {
      return seen.getLast();
    }
    return "none";
  }

  private void crash(Blueprint blueprint, Options options, String after) throws IOException {
    try {
      Executor.run(
          blueprint,
          target,
          options,
          ProgressListener.NONE,
          Executor.Closing.NONE,
          step -> {
            if (step.equals(after)) throw new Crash();
          });
    } catch (Crash expected) {
      return;
    }
    throw new AssertionError("never reached: " + after);
  }

  private static Object key(Path file) throws IOException {
    var attributes = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
    return List.of(String.valueOf(attributes.fileKey()), attributes.lastModifiedTime());
  }

  private static ProgressListener noting(List<String> notes) {
    return new ProgressListener() {
      @Override
      public void progress(long bytesDone, long bytesTotal, String doing) {}

      @Override
      public void note(String message) {
        notes.add(message);
      }
    };
  }
}
