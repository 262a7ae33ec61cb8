package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.multiple
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.options.required
import com.github.ajalt.clikt.parameters.types.path
import java.util.Locale
import org.isomorph.convert.FileForward
import org.isomorph.convert.ModelReference
import org.isomorph.runtime.Outputs
import org.isomorph.runtime.RunOptions
import org.isomorph.tensor.DType

/** Runs a model once, from a file of inputs to a file of outputs. */
class ForwardCommand : IsomorphCommand("forward") {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val inputs by
    option("--inputs", metavar = "IN.safetensors")
      .path()
      .required()
      .help("The model's inputs by Hugging Face's names; other tensors of the file are ignored")
  private val output by
    option("--output", metavar = "OUT.safetensors")
      .path()
      .required()
      .help("The file to write: logits or what else the model gives, and what is tapped")
  private val taps by
    option("--tap", metavar = "GLOB")
      .multiple()
      .help("A value to write too, by any of its names; * stands for any text, dots too")
  private val feeds by feedOption()
  private val dtype by
    runDtype()
      .default(DType.F32, defaultForHelp = "f32")
      .help("What the model computes in; outputs are float32, or float64 with f64")
  private val devices by devices()

  override fun help(context: Context) =
    "Run a model once: inputs, outputs and inner values are safetensors files."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph forward tiny/ --inputs ids.safetensors --output logits.safetensors
    |  isomorph forward tiny/ --inputs ids.safetensors --output all.safetensors --tap 'decoder.*.attn.probs'
    |  isomorph forward tiny/ --inputs ids.safetensors --output out.safetensors --feed decoder.3.out=other.safetensors
    """
      .trimMargin()

  override fun execute() {
    val checkpoint = ModelReference.find(model, families).weights()
    val pass = FileForward(inputs, output, taps, LinkedHashMap(feeds.toMap()))
    val start = System.nanoTime()
    val outputs = pass.run(checkpoint, RunOptions.usual().`in`(dtype).on(parsed(devices)))
    if (stderrIsTerminal()) System.err.println(summary(outputs, (System.nanoTime() - start) / 1e9))
  }

  private fun summary(outputs: Outputs, seconds: Double): String {
    val shown =
      outputs.values().entries.take(SHOWN).joinToString { "${it.key} ${it.value.shape()}" }
    val more = (outputs.values().size - SHOWN).let { if (it > 0) " and $it more" else "" }
    return "%s%s in %.2f s to %s".format(Locale.ROOT, shown, more, seconds, output)
  }

  private companion object {
    const val SHOWN = 3
  }
}
