package org.isomorph.cli

import java.io.IOException
import java.io.UncheckedIOException
import java.nio.file.AccessDeniedException
import java.nio.file.DirectoryNotEmptyException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.FileSystemException
import java.nio.file.NoSuchFileException
import java.nio.file.NotDirectoryException
import java.util.concurrent.CompletionException
import java.util.concurrent.ExecutionException

/**
 * What went wrong, in words for the person who typed the command.
 *
 * Exceptions of our own, and those by which a library refuses its arguments, carry a message that
 * was written for a person; it is passed on. The JDK's file exceptions carry only a path; they get
 * their sentence here. Anything else is a bug of ours, and says so.
 *
 * |failure                                           |text                                                        |
 * |--------------------------------------------------|------------------------------------------------------------|
 * |`NoSuchFileException("a/b")`                      |no such file or directory: a/b                              |
 * |`AccessDeniedException("a/b")`                    |permission denied: a/b                                      |
 * |`IOException("No space left on device")`          |no space left on device: free some, or write to another disk|
 * |`UncheckedIOException(e)`, `ExecutionException(e)`|as e                                                        |
 * |`IllegalArgumentException("rows: 3 is odd")`      |rows: 3 is odd                                              |
 * |`NullPointerException()`                          |internal error: ...                                         |
 */
internal fun explain(failure: Throwable): String =
  when (failure) {
    is UncheckedIOException,
    is ExecutionException,
    is CompletionException -> failure.cause?.let(::explain) ?: internalError(failure)
    // Before the JDK's: some of ours are IOExceptions, and say more than the kernel's reason.
    else if (failure.isOurs()) -> failure.message ?: internalError(failure)
    is NoSuchFileException -> "no such file or directory: ${failure.file}"
    is AccessDeniedException -> "permission denied: ${failure.file}"
    is FileAlreadyExistsException -> "already exists: ${failure.file}"
    is DirectoryNotEmptyException -> "directory is not empty: ${failure.file}"
    is NotDirectoryException -> "not a directory: ${failure.file}"
    is IOException -> explainIo(failure)
    is OutOfMemoryError -> outOfMemory()
    is InterruptedException -> "interrupted"
    is IllegalArgumentException,
    is UnsupportedOperationException -> failure.message ?: internalError(failure)
    else -> failure.message?.takeIf { failure.isOurs() } ?: internalError(failure)
  }

/** The kernel's reasons come as texts, not as types. */
private fun explainIo(failure: IOException): String {
  val reason = (failure as? FileSystemException)?.reason ?: failure.message.orEmpty()
  val file = (failure as? FileSystemException)?.file?.let { ": $it" }.orEmpty()
  return when {
    "No space left" in reason || "not enough space" in reason ->
      "no space left on device$file: free some, or write to another disk"
    "quota exceeded" in reason -> "disk quota exceeded$file: free some, or write to another disk"
    else -> failure.message ?: internalError(failure)
  }
}

private fun outOfMemory(): String {
  val limit = Runtime.getRuntime().maxMemory() shr 20
  return "out of memory: the heap is limited to $limit MiB; set ISOMORPH_JAVA_OPTS=-Xmx${limit shr 9}g to double it"
}

private fun Throwable.isOurs() = javaClass.name.startsWith("org.isomorph.")

private fun internalError(failure: Throwable) =
  "internal error: $failure; this is a bug in isomorph, please report it with what ISOMORPH_DEBUG=1 prints"
