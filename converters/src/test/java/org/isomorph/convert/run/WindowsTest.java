package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of 10 MiB, in windows of 8 MiB together. */
class WindowsTest {
  private static final int SIZE = 10 << 20;
  private static final int MOST = 8 << 20;

  @TempDir Path folder;

  @Test
  void showsWhatTheFileHas() throws IOException {
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("a"), content);
    try (SourceFiles sources = new SourceFiles(MOST)) {
      for (int[] range : new int[][] {{0, 1}, {4095, 4097}, {4_194_303, 4_194_305}, {0, SIZE}})
        assertThat(
                sources
                    .window(file, range[0], range[1])
                    .mismatch(
                        MemorySegment.ofArray(content).asSlice(range[0], range[1] - range[0])))
            .isEqualTo(-1);
      assertThat(sources.window(file, SIZE - 1, SIZE).get(ValueLayout.JAVA_BYTE, 0))
          .isEqualTo(content[SIZE - 1]);
    }
  }

  @Test
  void isKeptForWhatIsCloseBy() throws IOException {
    Path file = empty("a");
    try (Windows windows = new Windows(MOST);
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment one = windows.show(file, channel, SIZE, 100, 200);
      MemorySegment other = windows.show(file, channel, SIZE, 1000, 3000);
      assertThat(other.address() - one.address()).isEqualTo(900);
      assertThat(windows.open()).hasSize(1);
    }
  }

  @Test
  void isClosedWhenOthersShowTooMuch() throws IOException {
    Path file = empty("a");
    try (Windows windows = new Windows(MOST);
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment first = windows.show(file, channel, SIZE, 0, 10);
      windows.show(file, channel, SIZE, 5 << 20, (5 << 20) + 10);
      assertThat(first.scope().isAlive()).isTrue();
      MemorySegment last = windows.show(file, channel, SIZE, 9 << 20, (9 << 20) + 10);
      assertThat(first.scope().isAlive()).isFalse();
      assertThat(last.scope().isAlive()).isTrue();
      windows.show(file, channel, SIZE, 0, SIZE); // more than all may show: alone
      assertThat(last.scope().isAlive()).isFalse();
      assertThat(windows.open()).hasSize(1);
    }
  }

  @Test
  void isShortWhereLittleMayBeShown() throws IOException {
    Path file = empty("a");
    try (Windows windows = new Windows(1 << 20);
        FileChannel channel = FileChannel.open(file)) {
      windows.show(file, channel, SIZE, 3_000_000, 3_500_000);
      assertThat(windows.open())
          .allSatisfy(window -> assertThat(window.bytes().byteSize()).isLessThanOrEqualTo(2 << 20));
    }
  }

  @Test
  void ofAFileThatIsShorterIsRefused() throws IOException {
    Path file = empty("a");
    try (SourceFiles sources = new SourceFiles(MOST)) {
      assertThatThrownBy(() -> sources.window(file, 0, SIZE + 1))
          .isInstanceOf(RunException.class)
          .hasMessageContainingAll(file.toString(), "changed while it was read", "10485761");
    }
  }

  @Test
  void ofAFileThatBecomesShorterNamesIt() throws IOException {
    Path file = empty("a");
    try (SourceFiles sources = new SourceFiles(MOST)) {
      MemorySegment window = sources.window(file, 0, SIZE);
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(50);
      }
      InternalError failure =
          catchThrowableOfType(InternalError.class, () -> window.toArray(ValueLayout.JAVA_BYTE));
      assertThat(failure).isNotNull();
      assertThat(sources.vanished(failure))
          .hasMessageContainingAll(file.toString(), "changed while it was read", "found 50");
    }
  }

  private Path empty(String name) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(SIZE);
    }
    return file;
  }
}
