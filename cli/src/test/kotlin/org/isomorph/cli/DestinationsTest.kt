package org.isomorph.cli

import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption
import kotlin.io.path.createDirectory
import kotlin.io.path.exists
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir

/** Disks that are full, read-only, or taken. */
@EnabledOnOs(OS.LINUX, disabledReason = "mounts, and limits that a shell sets")
class DestinationsTest {
  @TempDir lateinit var temp: Path
  private val llama by lazy { Checkpoints.copy("llama", temp) }

  private fun arguments(destination: Path) =
    arrayOf("convert", "$llama", "$destination", "--to", "qwen2", "--max-shard-size", "13KB")

  private fun convert(destination: Path) = IsomorphProcess.java().run(*arguments(destination))

  @Test
  fun `a file may not grow that large, and with more room the rerun goes on`() {
    val destination = temp.resolve("out")
    // In units of 1,024 bytes: some shards fit, and others do not.
    val limited = IsomorphProcess.java().through("ulimit -f 13; exec \"\$@\"")
    val result = limited.run(*arguments(destination))
    assertRefused(result, "no space left for $destination", "missing", "run the same again")
    assertThat(temp.names()).containsExactly("llama", "out.partial")

    val rerun = convert(destination)
    assertThat(rerun.exit).describedAs(rerun.err).isZero
    assertThat(rerun.out).contains("files kept from an earlier run")
    assertThat(convert(temp.resolve("reference")).exit).isZero
    assertThat(Checkpoints.content(destination))
      .isEqualTo(Checkpoints.content(temp.resolve("reference")))
    assertThat(temp.names()).containsExactly("llama", "out", "reference")
  }

  @Test
  fun `a disk that is full before the end keeps what is finished`() =
    mounted("size=64m,nr_inodes=9") { disk ->
      val destination = disk.resolve("out")
      assertRefused(convert(destination), "no space left for $destination", "missing")
      assertThat(disk.names()).containsExactly("out.partial")
      remount(disk, "nr_inodes=100")
      val rerun = convert(destination)
      assertThat(rerun.exit).describedAs(rerun.err).isZero
      assertThat(rerun.out).contains("files kept from an earlier run")
      assertThat(disk.names()).containsExactly("out")
    }

  @Test
  fun `free space is asked for first, and the message has both numbers`() =
    mounted("size=64k") { disk ->
      val destination = disk.resolve("out")
      assertRefused(
        convert(destination),
        "not enough space for $destination",
        "expected 126.3 kB (126309 bytes)",
        "found 65.5 kB (65536 bytes)",
      )
      assertThat(disk.names()).isEmpty()
    }

  @Test
  fun `a disk that cannot be written`() =
    mounted("size=1m,ro") { disk ->
      assertRefused(convert(disk.resolve("out")), "cannot create $disk/out.partial", "Read-only")
    }

  @Test
  fun `a directory that may not be written`() {
    val closed = temp.resolve("closed").createDirectory()
    closed.toFile().setWritable(false)
    try {
      assumeTrue(!Files.isWritable(closed), "root may write everywhere")
      assertRefused(convert(closed.resolve("out")), "cannot create $closed/out.partial", "denied")
      assertThat(closed.names()).isEmpty()
    } finally {
      closed.toFile().setWritable(true)
    }
  }

  @Test
  fun `a destination below a file`() {
    val file = temp.resolve("file").also { it.writeText("precious") }
    assertRefused(convert(file.resolve("out")), "cannot create $file/out.partial")
    assertRefused(convert(file), "destination $file is not a directory")
    assertThat(file).hasContent("precious")
    assertThat(temp.names()).containsExactly("file", "llama")
  }

  @Test
  fun `a destination that another process writes`() {
    val destination = temp.resolve("out")
    val partial = temp.resolve("out.partial").createDirectory()
    val options = arrayOf(StandardOpenOption.CREATE, StandardOpenOption.WRITE)
    FileChannel.open(partial.resolve("lock"), *options).use { lock ->
      lock.lock()
      assertRefused(convert(destination), "another conversion is writing $destination")
      assertThat(partial.names()).containsExactly("lock")
    }
    // Its owner has gone: the lock with it.
    assertThat(convert(destination).exit).isZero
    assertThat(partial.exists()).isFalse
  }

  private fun mounted(options: String, test: (Path) -> Unit) {
    val disk = temp.resolve("disk").createDirectory()
    val status = shell("mount", "-t", "tmpfs", "-o", options, "tmpfs", "$disk")
    assumeTrue(status == 0, "mounting needs root, and a system that lets it")
    try {
      test(disk)
    } finally {
      shell("umount", "$disk")
    }
  }

  private fun remount(disk: Path, options: String) {
    check(shell("mount", "-o", "remount,$options", "$disk") == 0)
  }

  private fun shell(vararg command: String): Int =
    try {
      ProcessBuilder(*command).redirectErrorStream(true).start().let {
        it.inputStream.readAllBytes()
        it.waitFor()
      }
    } catch (_: java.io.IOException) {
      -1
    }
}
