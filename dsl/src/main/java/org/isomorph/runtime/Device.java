package org.isomorph.runtime;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a model runs on: the processor, or one GPU.
 *
 * @param gpu the number of the GPU, or -1 for the processor
 */
public record Device(int gpu) {
  /** The processor. */
  public static final Device CPU = new Device(-1);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,4}))?");

  public Device {
    if (gpu < -1) throw new IllegalArgumentException("no device has the number " + gpu);
  }

  /**
   * The device that a text names: {@code cpu}, {@code cuda} or {@code cuda:1}; {@code cuda} is
   * {@code cuda:0}.
   *
   * @throws RunException if the text names none, or one that this machine does not have
   */
  public static Device parse(String text) {
    if (text.equals("cpu")) return CPU;
    Matcher cuda = CUDA.matcher(text);
    if (!cuda.matches())
      throw new RunException(
          "device \"" + text + "\": expected cpu, cuda or cuda:N with the number of a GPU");
    int number = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
    int gpus = Torch.gpus();
    if (number >= gpus)
      throw new RunException(
          "device %s is not there; this machine has %s%s"
              .formatted(
                  text,
                  IntStream.range(0, gpus)
                      .mapToObj(each -> ", cuda:" + each)
                      .collect(Collectors.joining("", "cpu", "")),
                  gpus > 0
                      ? ""
                      : ". For a GPU, PYTORCH_LIBRARY_PATH must name the folder of a libtorch "
                          + Torch.VERSION
                          + " for CUDA"));
    return new Device(number);
  }

  /** Whether this is the processor. */
  public boolean isCpu() {
    return gpu < 0;
  }

  ai.djl.Device djl() {
    return isCpu() ? ai.djl.Device.cpu() : ai.djl.Device.gpu(gpu);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return isCpu() ? "cpu" : "cuda:" + gpu;
  }
}
