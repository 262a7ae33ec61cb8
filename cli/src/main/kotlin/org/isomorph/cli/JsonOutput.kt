package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktCommand
import com.github.ajalt.clikt.core.terminal
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement

/**
 * Prints the one document of `--json`: keys in the order in which the command put them, so that the
 * same input gives the same bytes.
 *
 * Not through `echo`, which measures and restyles its text: a document may list 100,000 tensors.
 */
internal fun CliktCommand.printJson(document: JsonElement) {
  terminal.rawPrint(jsonText(document))
}

/** A document as [printJson] prints it. */
internal fun jsonText(document: JsonElement): String =
  json.encodeToString(JsonElement.serializer(), document) + "\n"

private val json = Json {
  prettyPrint = true
  prettyPrintIndent = "  "
}
