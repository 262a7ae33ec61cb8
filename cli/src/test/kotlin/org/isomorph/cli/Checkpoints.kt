package org.isomorph.cli

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject

/** Tiny checkpoints as transformers writes them, each copied to where a test may damage it. */
internal object Checkpoints {
  /** Copies the checkpoint of a family to a directory of its name in [folder]. */
  fun copy(family: String, folder: Path): Path {
    val directory = folder.resolve(family).createDirectories()
    for (file in listOf("config.json", "model.safetensors")) {
      val resource =
        checkNotNull(javaClass.getResourceAsStream("checkpoints/$family/$file")) { family }
      resource.use { Files.copy(it, directory.resolve(file)) }
    }
    return directory
  }

  /** Files by name. */
  fun content(directory: Path): Map<String, List<Byte>> =
    directory.listDirectoryEntries().associate { it.name to it.readBytes().asList() }
}

/** Replaces text that must be there. */
internal fun Path.edit(old: String, new: String) {
  val text = readText()
  check(old in text) { "$this does not say $old" }
  writeText(text.replace(old, new))
}

internal fun Path.names(): List<String> = listDirectoryEntries().map { it.name }.sorted()

/** What a script gets that parses stdout. */
internal fun IsomorphProcess.Result.json(): JsonObject = Json.parseToJsonElement(out).jsonObject
