package org.isomorph.cli

import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import kotlinx.serialization.json.JsonObject
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.FileForward
import org.isomorph.convert.ModelReference
import org.isomorph.debug.CosineProbe
import org.isomorph.debug.DebugSession
import org.isomorph.debug.Layer
import org.isomorph.debug.Prompt
import org.isomorph.debug.kotlin.TokenPieces
import org.isomorph.debug.report.ReportPage
import org.isomorph.runtime.LoadedModel
import org.isomorph.tensor.DType

/**
 * What commands that look into a model have in common: the model, what it reads, what is replaced.
 */
abstract class ProbeCommand(name: String) : IsomorphCommand(name) {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val prompt by
    option("--prompt", metavar = "TEXT")
      .help("The text that the model reads; needs the checkpoint's tokenizer.json")
  private val ids by
    option("--ids", metavar = "FILE")
      .help("Token ids in place of a text, with blanks or commas between; - for stdin")
  private val inputs by
    option("--inputs", metavar = "IN.safetensors")
      .path()
      .help("All of the model's inputs, by Hugging Face's names; their first row is looked at")
  private val feeds by feedOption()
  private val dtype by
    runDtype().default(DType.F32, defaultForHelp = "f32").help("What the model computes in")
  private val devices by devices()
  private val json by jsonOption()

  private val html by htmlOption()

  /** A picture for people, and what programs get in its place. */
  protected class Shown(val picture: String, val document: () -> JsonObject)

  /** What there is to be seen. */
  protected abstract fun look(session: DebugSession): Shown

  /** The layers whose attention a page shows: there is seldom room for all. */
  protected open fun layers(session: DebugSession): List<Layer> = Layer.all(session.model())

  /** How a page measures what layers do to the stream. */
  protected open fun cosine(session: DebugSession): CosineProbe =
    CosineProbe.of(Layer.all(session.model()))

  final override fun execute() {
    if (listOfNotNull(prompt, ids, inputs).size != 1)
      throw UsageError("expected one of --prompt TEXT, --ids FILE and --inputs FILE")
    LoadedModel.prepare()
    val checkpoint = ModelReference.find(model, families).weights()
    val reads = reads(checkpoint).spelled(TokenPieces.of(checkpoint.directory()))
    loaded(checkpoint, dtype, devices).use { running ->
      var session = DebugSession.of(running, reads)
      for ((name, file) in feeds) session = session.patched(name, FileForward.fed(name, file))
      // What is refused is refused before anything is written.
      val shown = if (json || html == null) look(session) else null
      html?.let {
        val page = ReportPage.of(PageFile.MADE, session, layers(session), cosine(session))
        echo(it.write(page), err = json)
      }
      shown?.let { if (json) printUtf8(jsonText(it.document())) else printPicture(it.picture) }
    }
  }

  private fun reads(checkpoint: Checkpoint): Prompt {
    inputs?.let {
      return Prompt.of(FileForward.read(it))
    }
    val tokens =
      ids?.let(TokenIds::read)
        ?: TokenizerFile.of(checkpoint.directory()).use { it.ids(checkNotNull(prompt)) }
    return Prompt.ids(checkpoint.model(), *tokens)
  }
}
