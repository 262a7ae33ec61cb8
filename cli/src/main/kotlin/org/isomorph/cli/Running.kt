package org.isomorph.cli

import com.github.ajalt.clikt.core.ParameterHolder
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.choice
import org.isomorph.runtime.Device
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
