package org.isomorph.runtime;

import java.util.List;
import java.util.Optional;
import org.isomorph.tensor.DType;

/**
 * How a model is run.
 *
 * @param dtype of the computation: F32, BF16 or F64; empty for the one that most weights are stored
 *     in, or F32 where models cannot run in that
 * @param devices where it runs; several share the layers among them, the first ones first
 */
public record RunOptions(Optional<DType> dtype, List<Device> devices) {
  public RunOptions {
    devices = List.copyOf(devices);
    if (devices.isEmpty()) throw new RunException("a model needs a device to run on");
  }

  /** On the processor, in the dtype of the weights. */
  public static RunOptions usual() {
    return new RunOptions(Optional.empty(), List.of(Device.CPU));
  }

  public RunOptions in(DType of) {
    return new RunOptions(Optional.of(of), devices);
  }

  public RunOptions on(List<Device> places) {
    return new RunOptions(dtype, places);
  }

  public RunOptions on(Device... places) {
    return on(List.of(places));
  }
}
