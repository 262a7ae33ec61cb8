package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.path
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.Locale
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.ConversionRefused
import org.isomorph.convert.ConversionRequest
import org.isomorph.convert.Initialisation
import org.isomorph.convert.PlanText
import org.isomorph.convert.Planner
import org.isomorph.convert.run.Executor
import org.isomorph.convert.run.Options
import org.isomorph.convert.run.ProgressListener
import org.isomorph.sharding.SafetensorsSharding
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.mha
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.Dsl.swiglu
import org.isomorph.spec.Model
import org.isomorph.spec.Role
import org.isomorph.spec.kotlin.causal
import org.isomorph.spec.kotlin.rope
import org.isomorph.spec.kotlin.with
import org.isomorph.tensor.DType

/**
 * The whole round in a minute: describe a model, write it, look at it, move it through three
 * families, and compare the bytes.
 */
class DemoCommand : IsomorphCommand("demo") {
  private val keep by
    option("--keep", metavar = "DIR")
      .path()
      .help("Keep the checkpoints in this directory, which must not exist yet")

  override fun help(context: Context) =
    "Describe a small LLaMA, write it, convert it to Qwen2, to Baichuan and back, and compare the bytes. Needs nothing but some 300 MB of disk."

  override fun execute() {
    val folder =
      keep?.let {
        Files.createDirectories(it.parent ?: Path.of("."))
        Files.createDirectory(it)
      } ?: Files.createTempDirectory("isomorph-demo")
    try {
      tour(folder)
    } finally {
      if (keep == null) delete(folder)
    }
  }

  private fun tour(folder: Path) {
    title("A model is a value. This one is written in Kotlin; Java reads almost the same")
    echo(
      """
      |  causal("demo-llama", vocab = 4_096, dim = 512) {
      |    layers(8, norm = rms(1e-5)) {
      |      attention(mha(8) with rope(theta = 10_000.0))
      |      ffn(swiglu(1_376))
      |    }
      |    heads(lm())
      |  }
      """
        .trimMargin()
    )
    val model = describe()
    echo()
    echo(
      "  %,d parameters, %,d FLOPs per token: known before anything is written"
        .format(
          Locale.ROOT,
          model.parameters(),
          org.isomorph.spec.Estimates.of(model).flopsPerToken(),
        )
    )

    val llama = folder.resolve("llama")
    title("isomorph init SPEC llama --to llama        random weights, written as a stream")
    val plan =
      Initialisation.plan(
        model,
        families.named("llama"),
        DType.BF16,
        SafetensorsSharding(20_000_000),
        1,
        false,
      )
    val written = Executor.run(plan.blueprint(), llama, Options.defaults(), ProgressListener.NONE)
    echo("  ${PlanText.size(written.bytes())} in ${plan.written().files().size} shards")

    title("isomorph inspect llama        from headers only")
    val opened = Checkpoint.open(llama, families)
    opened.model().toString().lines().forEach { echo("  $it") }

    convert(llama, "qwen2", folder)
    convert(folder.resolve("qwen2"), "baichuan", folder)
    convert(folder.resolve("baichuan"), "llama", folder, "llama-again")
    refuse(llama, "gpt2")
    compare(llama, folder.resolve("llama-again"))
    if (keep != null) echo("\nThe checkpoints are in $folder")
  }

  private fun describe(): Model =
    causal("demo-llama", vocab = 4_096, dim = 512) {
        layers(8, norm = rms(1e-5)) {
          attention(mha(8) with rope(theta = 10_000.0))
          ffn(swiglu(1_376))
        }
        heads(lm())
      }
      .role(Role.BOS, 1)
      .role(Role.EOS, 2)
      .context(2_048)

  private fun convert(source: Path, target: String, folder: Path, name: String = target) {
    title("isomorph convert ${source.fileName} $name --to $target")
    val plan =
      Planner.plan(
        source,
        ConversionRequest.to(families.named(target)).sharding(SafetensorsSharding(20_000_000)),
        families,
      )
    val result =
      Executor.run(
        plan.blueprint(),
        folder.resolve(name),
        Options.defaults(),
        ProgressListener.NONE,
      )
    PlanText.notes(plan).forEach { echo(it) }
    echo(
      "  %,d tensors, %s in %.2f s"
        .format(
          Locale.ROOT,
          plan.tensors().size,
          PlanText.size(result.bytes()),
          result.elapsed().toNanos() / 1e9,
        )
    )
  }

  private fun refuse(source: Path, target: String) {
    title(
      "isomorph convert ${source.fileName} $target --to $target        what cannot be is refused, with reasons"
    )
    try {
      Planner.plan(source, ConversionRequest.to(families.named(target)), families)
    } catch (refused: ConversionRefused) {
      refused.reasons().forEach { echo("  - $it") }
    }
  }

  private fun compare(first: Path, last: Path) {
    title("Did the bytes come home?")
    val names =
      Files.list(first).use { files -> files.map { it.fileName.toString() }.sorted().toList() }
    for (name in names) {
      val difference = Files.mismatch(first.resolve(name), last.resolve(name))
      if (difference >= 0)
        throw IOException(
          "${last.resolve(name)} differs from ${first.resolve(name)} at byte $difference"
        )
      echo("  = $name")
    }
    echo("  llama -> qwen2 -> baichuan -> llama: every file is the same, byte for byte")
  }

  private fun title(text: String) {
    echo("\n# $text")
  }

  private fun delete(folder: Path) {
    Files.walk(folder).use { files ->
      files.sorted(Comparator.reverseOrder()).forEach(Files::delete)
    }
  }
}
