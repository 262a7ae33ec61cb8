package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Room for new files, which only ext4 on Linux gives. */
@EnabledOnOs(OS.LINUX)
class PreallocationTest {
  private static final long LARGE = 100 << 20;

  @TempDir Path folder;

  @Test
  void takesTheRoomOfAWholeFileAtOnce() throws Exception {
    assumeTrue(Files.getFileStore(folder).type().equals("ext4"));
    Path file = folder.resolve("file");
    long before = Files.getFileStore(folder).getUnallocatedSpace();
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      // The call is being linked meanwhile.
      for (int tries = 0; !Preallocation.lengthen(file, LARGE, LARGE); tries++) {
        assertThat(tries).as("tries within ten seconds").isLessThan(1000);
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(open.length()).isEqualTo(LARGE);
      assertThat(open.read()).isZero();
    }
    // Other programs come and go, but hardly with half of that.
    assertThat(before - Files.getFileStore(folder).getUnallocatedSpace()).isGreaterThan(LARGE / 2);
  }

  @Test
  void leavesFilesOfHolesAlone() throws IOException {
    assertThat(lengthened(LARGE, LARGE / 2)).isFalse();
    assertThat(lengthened(LARGE, 0)).isFalse();
  }

  @Test
  void leavesSmallFilesAlone() throws IOException {
    assertThat(lengthened(1 << 20, 1 << 20)).isFalse();
  }

  private boolean lengthened(long size, long stored) throws IOException {
    Path file = folder.resolve("other");
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      boolean done = Preallocation.lengthen(file, size, stored);
      assertThat(open.length()).isZero();
      return done;
    }
  }
}
