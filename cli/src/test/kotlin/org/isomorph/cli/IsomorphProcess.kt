package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.io.path.deleteIfExists
import kotlin.io.path.readText

/**
 * Isomorph as scripts see it: a process with arguments, an exit status, and two streams that are
 * not terminals.
 */
class IsomorphProcess private constructor(private val command: List<String>) {
  private val environment = mutableMapOf<String, String?>()
  private var directory: Path? = null
  private var input = ""

  /** Writes to stdin; it is empty otherwise. */
  fun input(text: String) = apply { input = text }

  /** Sets a variable of the environment; null takes it away. */
  fun environment(name: String, value: String?) = apply { environment[name] = value }

  fun directory(directory: Path) = apply { this.directory = directory }

  /** The same by way of a shell script, which sets something up and ends in `exec "$@"`. */
  fun through(script: String) =
    IsomorphProcess(listOf("bash", "-c", script, "bash") + command).also {
      it.environment += environment
      it.directory = directory
      it.input = input
    }

  fun run(vararg arguments: String): Result = start(*arguments).result()

  fun start(vararg arguments: String): Running {
    // Files, as a pipe that nobody reads while the other is read can stop the process.
    val out = Files.createTempFile("isomorph", ".out")
    val err = Files.createTempFile("isomorph", ".err")
    val builder = builder(*arguments)
    builder.redirectOutput(out.toFile()).redirectError(err.toFile())
    val process = builder.start()
    process.outputStream.use { it.write(input.encodeToByteArray()) }
    return Running(process, out, err)
  }

  /** Starts what is to be talked to: it is given what is typed when it is typed. */
  fun converse(vararg arguments: String): Conversation =
    Conversation(builder(*arguments).redirectErrorStream(true).start())

  private fun builder(vararg arguments: String): ProcessBuilder {
    val builder = ProcessBuilder(command + arguments)
    directory?.let { builder.directory(it.toFile()) }
    // What the build was started with, and what its owner has plugged in, is none of our business.
    listOf("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "ISOMORPH_DEBUG").forEach {
      builder.environment().remove(it)
    }
    builder.environment()["ISOMORPH_PLUGINS"] = "/nonexistent"
    environment.forEach { (name, value) ->
      if (value == null) builder.environment().remove(name) else builder.environment()[name] = value
    }
    return builder
  }

  /** A process that has begun. */
  class Running(val process: Process, private val out: Path, private val err: Path) {
    /** Sends a signal by its name, such as `STOP`. */
    fun signal(name: String) {
      ProcessBuilder("kill", "-$name", process.pid().toString()).inheritIO().start().waitFor()
    }

    fun result(): Result {
      try {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
          process.destroyForcibly().waitFor()
          error("still running after two minutes: ${process.info().commandLine()}")
        }
        return Result(process.exitValue(), out.readText(), err.readText())
      } finally {
        out.deleteIfExists()
        err.deleteIfExists()
      }
    }
  }

  data class Result(val exit: Int, val out: String, val err: String)

  companion object {
    val javaHome: Path = Path.of(System.getProperty("java.home"))

    /** The classes under test, without packaging. */
    fun java(): IsomorphProcess =
      IsomorphProcess(
        listOf(
          javaHome.resolve("bin/java").toString(),
          "--enable-native-access=ALL-UNNAMED",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx1g",
          "-cp",
          System.getProperty("java.class.path"),
          "org.isomorph.cli.MainKt",
        )
      )

    /** What was packaged, through a launcher: by default the one at the repository's root. */
    fun launcher(path: Path = launcher): IsomorphProcess =
      IsomorphProcess(listOf(path.toString()))
        .environment("JAVA_HOME", javaHome.toString())
        .environment("ISOMORPH_NO_BUILD", "1")
        .environment("ISOMORPH_JAVA_OPTS", null)

    val launcher: Path = Path.of(System.getProperty("basedir")).resolveSibling("isomorph")
  }
}
