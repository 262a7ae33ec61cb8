package org.isomorph.cli

import java.nio.file.Path
import org.isomorph.dialect.Dialects
import org.isomorph.dialect.Plugins

/**
 * The families that commands know: those on the class path, and those in the jars of the plug-in
 * folder, `ISOMORPH_PLUGINS` or else `~/.isomorph/plugins`.
 */
internal val families: Dialects by lazy {
  val folder =
    System.getenv("ISOMORPH_PLUGINS")?.let(Path::of)
      ?: Path.of(System.getProperty("user.home"), ".isomorph", "plugins")
  Plugins.load(folder)
}
