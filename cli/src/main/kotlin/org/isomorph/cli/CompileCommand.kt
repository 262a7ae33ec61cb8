package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import com.github.ajalt.clikt.parameters.types.path
import java.nio.file.Files
import java.util.Optional
import org.isomorph.convert.Figures
import org.isomorph.convert.FileCompile
import org.isomorph.convert.ModelReference

/** Writes a model as an archive that runs without Isomorph. */
class CompileCommand : IsomorphCommand("compile") {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val output by argument("OUT.pt").path().help("The archive to write")
  private val inside by
    option("--weights")
      .choice("inside" to true, "external" to false)
      .default(true, defaultForHelp = "inside")
      .help("In the archive, or in the checkpoint's files, which bind(directory) maps")
  private val dtype by
    runDtype().help("What the model computes in; by default what its weights are stored as")

  override fun help(context: Context) =
    "Write a model as one TorchScript archive, which Python's torch and libtorch run by themselves."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph compile tiny/ tiny.pt
    |  python -c 'import torch; print(torch.jit.load("tiny.pt")(torch.tensor([[1, 2, 3]])))'
    """
      .trimMargin()

  override fun execute() {
    val checkpoint = ModelReference.find(model, families).weights()
    FileCompile(output, inside, Optional.ofNullable(dtype)).run(checkpoint)
    echo("$output: ${checkpoint.model().name()}, ${Figures.bytes(Files.size(output))}")
  }
}
