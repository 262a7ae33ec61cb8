package org.isomorph.cli

import com.github.ajalt.clikt.core.ParameterHolder
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path

/** A configuration for a directory that has none, or not the right one. */
internal fun ParameterHolder.configOption() =
  option("--config", metavar = "FILE")
    .path()
    .help(
      "A configuration to read in place of the directory's own; for Megatron's, that of any family, or a specification"
    )
