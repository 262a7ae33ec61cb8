package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.isomorph.tensorfile.SafetensorsFile;

/**
 * One forward pass from file to file, all of them safetensors.
 *
 * @param inputs the file with the model's inputs, by Hugging Face's names; what else it holds does
 *     not matter
 * @param output the file to write: outputs by Hugging Face's names, taps by their canonical ones
 * @param taps values to be written besides, by any of their names, with ranges and globs
 * @param feeds values to be replaced, and the file with each: its only tensor, or the one of that
 *     name
 */
public record FileForward(
    Path inputs, Path output, List<String> taps, SequencedMap<String, Path> feeds) {
  public FileForward {
    taps = List.copyOf(taps);
    feeds = new LinkedHashMap<>(feeds);
  }

  /**
   * Runs a checkpoint.
   *
   * @return what was written
   * @throws ConversionRefused if the output cannot be written where it should be
   * @throws RunException if inputs or feeds are missing, or do not fit the model
   * @throws org.isomorph.spec.SpecException if a tap or feed is no value of the model
   */
  public Outputs run(Checkpoint checkpoint, RunOptions options) throws IOException {
    Destinations.check(output, checkpoint);
    Request request = request();
    try (LoadedModel model = checkpoint.load(options)) {
      Outputs outputs = model.forward(request);
      Safetensors.write(output, outputs.values());
      return outputs;
    }
  }

  private Request request() throws IOException {
    Request request = Request.of(read(inputs)).tap(taps.toArray(String[]::new));
    for (Map.Entry<String, Path> feed : feeds.entrySet())
      request = request.feed(feed.getKey(), fed(feed.getKey(), feed.getValue()));
    return request;
  }

  /**
   * The inputs in a file, by Hugging Face's names.
   *
   * @throws RunException if none of its tensors is one
   */
  public static Map<String, Tensor> read(Path inputs) throws IOException {
    Map<String, Tensor> given = Safetensors.read(inputs, Request.KNOWN::contains);
    if (given.isEmpty())
      throw new RunException(
          inputs
              + ": no tensor of this file is an input; expected input_ids, or others of "
              + Request.KNOWN.stream().sorted().toList());
    return given;
  }

  /**
   * What replaces a value: the tensor of its name in a file, or the only one there.
   *
   * @throws RunException if there are several, and none of that name
   */
  public static Tensor fed(String name, Path file) throws IOException {
    SequencedMap<String, Tensor> named = Safetensors.read(file, name::equals);
    if (!named.isEmpty()) return named.firstEntry().getValue();
    List<String> there;
    try (var opened = SafetensorsFile.open(file)) {
      there = List.copyOf(opened.tensors().keySet());
    }
    if (there.size() != 1)
      throw new RunException(
          "%s: expected a tensor called %s, or a single one; found %d, %s"
              .formatted(
                  file,
                  name,
                  there.size(),
                  there.size() > 5 ? there.subList(0, 5) + ", ..." : there));
    return Safetensors.read(file).firstEntry().getValue();
  }
}
