package org.isomorph.cli

import java.nio.file.Path
import org.isomorph.convert.Blueprint
import org.isomorph.convert.run.Executor
import org.isomorph.convert.run.Options
import org.isomorph.convert.run.ProgressListener
import org.isomorph.convert.run.Result

/**
 * Writes what [blueprint] describes, with progress for whoever watches.
 *
 * Ctrl-C, or whatever else asks the process to end, needs no cleaning up, as an execution may stop
 * at any moment; but a person should know that nothing is lost.
 */
internal fun write(
  label: String,
  blueprint: Blueprint,
  destination: Path,
  force: Boolean,
  closing: (ProgressListener) -> Executor.Closing = { Executor.Closing.NONE },
): Result =
  Progress(label).use { progress ->
    val farewell = Thread {
      progress.close()
      System.err.println(
        "Interrupted: what is finished is kept beside $destination; run the same again to resume"
      )
    }
    Runtime.getRuntime().addShutdownHook(farewell)
    try {
      Executor.run(
        blueprint,
        destination,
        Options.defaults().force(force),
        progress,
        closing(progress),
      )
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(farewell)
      } catch (_: IllegalStateException) {
        // The process is ending, and the farewell is being said.
      }
    }
  }
