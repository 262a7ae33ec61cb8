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

  /** Sets a variable of the environment; null takes it away. */
  fun environment(name: String, value: String?) = apply { environment[name] = value }

  fun directory(directory: Path) = apply { this.directory = directory }

  fun run(vararg arguments: String): Result {
    // Files, as a pipe that nobody reads while the other is read can stop the process.
    val out = Files.createTempFile("isomorph", ".out")
    val err = Files.createTempFile("isomorph", ".err")
    try {
      val builder = ProcessBuilder(command + arguments)
      builder.redirectOutput(out.toFile()).redirectError(err.toFile())
      directory?.let { builder.directory(it.toFile()) }
      // What the build was started with is none of the command's business.
      listOf("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "ISOMORPH_DEBUG").forEach {
        builder.environment().remove(it)
      }
      environment.forEach { (name, value) ->
        if (value == null) builder.environment().remove(name)
        else builder.environment()[name] = value
      }
      val process = builder.start()
      process.outputStream.close()
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor()
        error("still running after two minutes: $command ${arguments.asList()}")
      }
      return Result(process.exitValue(), out.readText(), err.readText())
    } finally {
      out.deleteIfExists()
      err.deleteIfExists()
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
