package org.isomorph.cli

import com.github.ajalt.clikt.core.ParameterHolder
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import org.isomorph.convert.Checkpoint
import org.isomorph.runtime.Device
import org.isomorph.runtime.LoadedModel
import org.isomorph.runtime.RunOptions
import org.isomorph.spec.Model
import org.isomorph.tensor.DType

/** What models can compute in. */
internal fun ParameterHolder.runDtype() =
  option("--dtype").choice("f32" to DType.F32, "bf16" to DType.BF16, "f64" to DType.F64)

/** Where a model runs, as it was typed: whether there is such a device, only libtorch knows. */
internal fun ParameterHolder.devices() =
  option("--device", metavar = "LIST")
    .default("cpu")
    .help("cpu, cuda:0, or several with commas between, which share the layers")

/** The devices that a list names, each of them there. */
internal fun parsed(devices: String): List<Device> = devices.split(",").map(Device::parse)

/** The model of a checkpoint on these [devices], to be looked into. */
internal fun loaded(checkpoint: Checkpoint, dtype: DType, devices: String): LoadedModel {
  val running = checkpoint.load(RunOptions.usual().`in`(dtype).on(parsed(devices)))
  fewThreadsForTiny(checkpoint.model())
  return running
}

/** Threads that share so little work wait for each other longer than they work. */
internal fun fewThreadsForTiny(vararg models: Model) {
  if (models.all { it.parameters() < TINY }) LoadedModel.threads(1)
}

private const val TINY = 2_000_000
