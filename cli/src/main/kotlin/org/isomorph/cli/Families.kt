package org.isomorph.cli

import java.nio.file.Path
import org.isomorph.dialect.Dialects
import org.isomorph.dialect.Plugins
import org.isomorph.dialect.declared.DialectFile

/** What gives a file that declares a family; every command takes it. */
internal const val DIALECT_OPTION = "--dialect"

/** The files that declare families, as the command line names them. */
private val declared = mutableListOf<Path>()

/**
 * The families that commands know: those on the class path, those in the jars of the plug-in
 * folder, `ISOMORPH_PLUGINS` or else `~/.isomorph/plugins`, and those that files declare.
 */
internal val families: Dialects by lazy {
  val folder =
    System.getenv("ISOMORPH_PLUGINS")?.let(Path::of)
      ?: Path.of(System.getProperty("user.home"), ".isomorph", "plugins")
  val known = Plugins.load(folder)
  if (declared.isEmpty()) known else known.and(declared.map(DialectFile::read))
}

/**
 * Takes note of the files that the command line names, before anything asks for [families]: what
 * `trans_X_to_Y` means depends on them.
 */
internal fun declareFamilies(argv: List<String>) {
  argv.forEachIndexed { i, word ->
    if (word == DIALECT_OPTION && i + 1 < argv.size) declared.add(Path.of(argv[i + 1]))
    else if (word.startsWith("$DIALECT_OPTION=")) declared.add(Path.of(word.substringAfter('=')))
  }
}
