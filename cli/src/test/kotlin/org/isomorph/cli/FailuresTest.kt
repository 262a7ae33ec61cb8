package org.isomorph.cli

import java.io.IOException
import java.io.UncheckedIOException
import java.nio.file.AccessDeniedException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.FileSystemException
import java.nio.file.NoSuchFileException
import java.nio.file.NotDirectoryException
import java.util.concurrent.ExecutionException
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.Arguments.arguments
import org.junit.jupiter.params.provider.MethodSource

class FailuresTest {
  class OurException(message: String) : RuntimeException(message)

  @ParameterizedTest
  @MethodSource("failures")
  fun `says what happened`(failure: Throwable, text: String) {
    assertThat(explain(failure)).isEqualTo(text)
  }

  @Test
  fun `owns up to what nobody meant to throw`() {
    assertThat(explain(IllegalStateException("queue is full")))
      .startsWith("internal error: java.lang.IllegalStateException: queue is full")
      .contains("ISOMORPH_DEBUG=1")
    assertThat(explain(NullPointerException())).contains("NullPointerException")
    assertThat(explain(IllegalArgumentException())).contains("IllegalArgumentException")
  }

  @Test
  fun `out of memory names the limit and the remedy`() {
    assertThat(explain(OutOfMemoryError())).contains("MiB", "ISOMORPH_JAVA_OPTS=-Xmx")
  }

  companion object {
    @JvmStatic
    fun failures() =
      listOf(
        arguments(NoSuchFileException("a/b"), "no such file or directory: a/b"),
        arguments(AccessDeniedException("a/b"), "permission denied: a/b"),
        arguments(FileAlreadyExistsException("a/b"), "already exists: a/b"),
        arguments(NotDirectoryException("a/b"), "not a directory: a/b"),
        arguments(
          IOException("No space left on device"),
          "no space left on device: free some, or write to another disk",
        ),
        arguments(
          FileSystemException("a/b", null, "No space left on device"),
          "no space left on device: a/b: free some, or write to another disk",
        ),
        arguments(
          FileSystemException("a/b", null, "Read-only file system"),
          "a/b: Read-only file system",
        ),
        arguments(UncheckedIOException(IOException("header: cut off")), "header: cut off"),
        arguments(ExecutionException(NoSuchFileException("a")), "no such file or directory: a"),
        arguments(IllegalArgumentException("rows: 3 is odd"), "rows: 3 is odd"),
        arguments(OurException("no dialect named 'lama'"), "no dialect named 'lama'"),
      )
  }
}
