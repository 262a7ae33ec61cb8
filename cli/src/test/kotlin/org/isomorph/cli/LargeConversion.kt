package org.isomorph.cli

import java.io.RandomAccessFile
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.attribute.BasicFileAttributes
import java.util.SplittableRandom
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.createDirectories
import kotlin.io.path.deleteRecursively
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.readLines
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/**
 * A conversion of a gigabyte in five shards, large enough that it can be caught in the middle: its
 * source, and how far it is, as it shows in the file system.
 */
internal class LargeConversion(folder: Path) {
  val source: Path = folder.resolve("source")
  val destination: Path = folder.resolve("out")
  val partial: Path = folder.resolve("out.partial")
  private val reference: Path = folder.resolve("reference")

  private val random = SplittableRandom(7)

  /** How long it takes when nobody disturbs it, in nanoseconds. */
  val undisturbedNanos: Long

  init {
    val spec = folder.resolve("spec").createDirectories().resolve("config.json")
    javaClass.getResourceAsStream("checkpoints/llama-540m.json").use { Files.copy(it, spec) }
    val options = arrayOf("--to", "llama", "--max-shard-size", "200MB", "--headers-only")
    val made = IsomorphProcess.java().run("init", "$spec", "$source", *options)
    check(made.exit == 0) { made.err }
    for (name in source.names()) if (name.endsWith(".safetensors")) fill(source.resolve(name))
    check(bytes(source) > 1_000_000_000) { "${bytes(source)} bytes are too few" }
    val converted = IsomorphProcess.java().run(*arguments(reference), "--json")
    check(converted.exit == 0) { converted.err }
    val seconds =
      converted.json().getValue("result").jsonObject.getValue("seconds").jsonPrimitive.content
    undisturbedNanos = (seconds.toDouble() * 1e9).toLong()
  }

  /** Puts random bytes behind a header, so that no piece of a file can stand in for another. */
  private fun fill(file: Path) =
    RandomAccessFile("$file", "rw").use {
      it.seek(java.lang.Long.reverseBytes(it.readLong()) + Long.SIZE_BYTES)
      val block = ByteArray(8 shl 20)
      while (it.filePointer < it.length()) {
        random.nextBytes(block)
        it.write(block, 0, minOf(block.size.toLong(), it.length() - it.filePointer).toInt())
      }
    }

  fun start(): IsomorphProcess.Running = IsomorphProcess.java().start(*arguments(destination))

  private fun arguments(to: Path) =
    arrayOf("convert", "$source", "$to", "--to", "qwen2", "--max-shard-size", "200MB")

  /** Waits until files are being written; false if the process ends before that is seen. */
  fun awaitWriting(process: Process): Boolean {
    while (process.isAlive) {
      if (beingWritten().isNotEmpty()) return true
      Thread.onSpinWait()
    }
    return false
  }

  /** Waits until so many files are finished, or the process ends. */
  fun awaitFinished(process: Process, count: Int) {
    while (process.isAlive && finished().size < count) Thread.onSpinWait()
  }

  /** Files that are neither finished nor moved to the destination. */
  fun beingWritten(): Set<String> {
    val finished = finished().keys
    return try {
      partial
        .resolve("files")
        .names()
        .filter { it.endsWith(".safetensors") && it !in finished }
        .toSet()
    } catch (_: NoSuchFileException) {
      emptySet()
    }
  }

  /**
   * The finished files of an unfinished conversion by name: which file it is, and when written. The
   * conversion may go on meanwhile, and move them to the destination.
   */
  fun finished(): Map<String, String> =
    try {
      val files = partial.resolve("files")
      partial
        .resolve("journal")
        .readLines()
        .filter { it.endsWith(".safetensors") }
        .map { it.substringAfter(' ') }
        .filter { files.resolve(it).exists() }
        .associateWith { identity(files.resolve(it)) }
    } catch (_: NoSuchFileException) {
      emptyMap()
    }

  /** The share of the data that is not in finished files. */
  fun left(): Double {
    val sizes = reference.names().associateWith { reference.resolve(it).fileSize() }
    return 1 - finished().keys.sumOf { sizes.getValue(it) } / sizes.values.sum().toDouble()
  }

  fun identity(file: Path): String =
    Files.readAttributes(file, BasicFileAttributes::class.java).let {
      "${it.fileKey()} ${it.lastModifiedTime()}"
    }

  /** The first file in which the destination differs from the undisturbed conversion, or null. */
  fun difference(): String? {
    if (destination.names() != reference.names()) return "${destination.names()}"
    return reference.names().firstOrNull {
      Files.mismatch(reference.resolve(it), destination.resolve(it)) != -1L
    }
  }

  @OptIn(ExperimentalPathApi::class)
  fun clear() {
    destination.deleteRecursively()
    partial.deleteRecursively()
  }

  private fun bytes(directory: Path) = directory.names().sumOf { directory.resolve(it).fileSize() }
}
