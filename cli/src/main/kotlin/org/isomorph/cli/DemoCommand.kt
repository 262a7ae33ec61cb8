package org.isomorph.cli

import com.github.ajalt.clikt.core.CliktError
import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.context
import com.github.ajalt.clikt.core.parse
import com.github.ajalt.clikt.core.terminal
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.Locale
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.mha
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.Dsl.swiglu
import org.isomorph.spec.Model
import org.isomorph.spec.Role
import org.isomorph.spec.kotlin.SpecJson
import org.isomorph.spec.kotlin.causal
import org.isomorph.spec.kotlin.rope
import org.isomorph.spec.kotlin.with
import org.isomorph.tensor.Shape
import org.isomorph.tensor.Tensor
import org.isomorph.tensorfile.Safetensors

/**
 * The whole round in a few seconds: describe a model, write it, look at it, move it through three
 * families and over four ranks, run it, compare the bytes.
 */
class DemoCommand : IsomorphCommand("demo") {
  private val keep by
    option("--keep", metavar = "DIR")
      .path()
      .help("Keep the checkpoints in this directory, which must not exist yet")

  private val noRun by
    option("--no-run")
      .flag()
      .help("Leave out what runs the model: describe, write, convert and compare")

  override fun help(context: Context) =
    "Describe a small LLaMA, write it, convert it to Qwen2, to Baichuan, to float32, to Megatron's ranks and back, run it, and compare the bytes. Needs nothing but some 600 MB of disk."

  override fun execute() {
    val folder =
      keep?.let { Files.createDirectory(it) } ?: Files.createTempDirectory("isomorph-demo")
    try {
      tour(folder)
    } finally {
      if (keep == null) delete(folder)
    }
    if (keep != null) echo("\nThe checkpoints are in $folder")
  }

  private fun tour(folder: Path) {
    title("A model is a value, here in Kotlin; Java reads almost the same")
    echo(SOURCE.trimMargin())
    val model = describe()
    echo(
      "\n%,d parameters, known before anything is written".format(Locale.ROOT, model.parameters())
    )
    Files.writeString(folder.resolve("spec.json"), SpecJson.write(model))

    type(folder, InitCommand(), "[spec.json] [llama] --to llama --max-shard-size 20MB")
    type(folder, InspectCommand(), "[llama]")
    type(folder, ConvertCommand(), "[llama] [qwen2] --to qwen2 --max-shard-size 20MB")
    type(folder, ConvertCommand(), "[qwen2] [baichuan] --to baichuan --max-shard-size 20MB")
    type(folder, ExplainCommand(), "[baichuan] decoder.0.attn.k.weight")
    type(folder, ConvertCommand(), "[baichuan] [again] --to llama --max-shard-size 20MB")
    type(folder, ConvertCommand(), "[again] [wide] --to llama --dtype f32")
    type(folder, ConvertCommand(), "[wide] [narrow] --to llama --dtype bf16 --max-shard-size 20MB")
    type(folder, DiffCommand(), "[llama] [narrow]")
    type(folder, ConvertCommand(), "[llama] [gpt2] --to gpt2")
    type(folder, ConvertCommand(), "[llama] [tp2-pp2] --to megatron --tp 2 --pp 2")
    type(folder, ConvertCommand(), "[tp2-pp2] [from-ranks] --to llama --max-shard-size 20MB")
    if (!noRun) run(folder)
    compare(
      folder,
      "llama",
      "narrow",
      "llama -> qwen2 -> baichuan -> llama -> float32 -> bfloat16: every file is the same, byte for byte",
    )
    compare(
      folder,
      "llama",
      "from-ranks",
      "llama -> four ranks of Megatron -> llama: every file is the same, byte for byte",
    )
    if (noRun) return
    Files.writeString(folder.resolve("prompt"), "1")
    type(folder, GenerateCommand(), "[narrow] --ids [prompt] --max-tokens 8")
  }

  /** What the model computes, from the files of another family as they are. */
  private fun run(folder: Path) {
    val ids = Tensor.ofLongs(Shape.of(1, 6), 1, 420, 421, 422, 423, 424)
    Safetensors.write(folder.resolve("ids.safetensors"), linkedMapOf("input_ids" to ids))
    type(
      folder,
      ForwardCommand(),
      "[baichuan] --inputs [ids.safetensors] --output [out.safetensors] --tap decoder.-1.attn.probs",
    )
    for ((name, value) in Safetensors.read(folder.resolve("out.safetensors"))) echo("$name $value")
  }

  private fun describe(): Model =
    causal("demo", vocab = 4_096, dim = 512) {
        layers(8, norm = rms(1e-5)) {
          attention(mha(8) with rope(theta = 10_000.0))
          ffn(swiglu(1_376))
        }
        heads(lm())
      }
      .role(Role.BOS, 1)
      .role(Role.EOS, 2)
      .context(2_048)

  /** Runs a command as if it had been typed in [folder]: names in brackets are files there. */
  private fun type(folder: Path, command: IsomorphCommand, words: String) {
    title("isomorph ${command.commandName} ${words.replace(Regex("[\\[\\]]"), "")}")
    val arguments =
      words.split(" ").map {
        if (it.startsWith("[")) folder.resolve(it.trim('[', ']')).toString() else it
      }
    val shared = terminal
    command.context { terminal = shared }
    try {
      command.parse(arguments)
    } catch (refused: CliktError) {
      echo(refused.message)
    }
  }

  private fun compare(folder: Path, one: String, other: String, verdict: String) {
    title("Did the bytes come home?")
    val first = folder.resolve(one)
    val last = folder.resolve(other)
    val names =
      Files.list(first).use { files -> files.map { it.fileName.toString() }.sorted().toList() }
    for (name in names) {
      val difference = Files.mismatch(first.resolve(name), last.resolve(name))
      if (difference >= 0)
        throw IOException(
          "${last.resolve(name)} differs from ${first.resolve(name)} at byte $difference"
        )
      echo("= $name")
    }
    echo(verdict)
  }

  private fun title(text: String) {
    echo("\n# $text")
  }

  private fun delete(folder: Path) {
    Files.walk(folder).use { files ->
      files.sorted(Comparator.reverseOrder()).forEach(Files::delete)
    }
  }

  private companion object {
    const val SOURCE =
      """
      |causal("demo", vocab = 4_096, dim = 512) {
      |  layers(8, norm = rms(1e-5)) {
      |    attention(mha(8) with rope(theta = 10_000.0))
      |    ffn(swiglu(1_376))
      |  }
      |  heads(lm())
      |}
      """
  }
}
