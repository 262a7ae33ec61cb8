package org.isomorph.cli

import com.github.ajalt.clikt.core.ParameterHolder
import com.github.ajalt.clikt.parameters.options.convert
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.multiple
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import java.nio.file.Path
import org.isomorph.tensor.DType

/** For commands whose result a program may read. */
internal fun ParameterHolder.jsonOption() =
  option("--json").flag().help("Print one JSON document in place of text")

/** For commands that write a directory. */
internal fun ParameterHolder.forceOption() =
  option("--force").flag().help("Replace DST if it holds files")

/** What weights can be stored as. */
internal fun ParameterHolder.storedDtype() =
  option("--dtype").choice("f32" to DType.F32, "bf16" to DType.BF16, "f16" to DType.F16)

/** Values that are replaced in a run, each with the file that holds its tensor. */
internal fun ParameterHolder.feedOption() =
  option("--feed", metavar = "NAME=FILE")
    .convert { text ->
      val name = text.substringBefore('=')
      if (name == text || name.isEmpty()) fail("expected NAME=FILE, found $text")
      name to Path.of(text.substringAfter('='))
    }
    .multiple()
    .help("A value to replace: by the tensor of its name in FILE, or by the only one there")
