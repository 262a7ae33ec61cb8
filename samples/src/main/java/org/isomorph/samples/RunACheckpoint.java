package org.isomorph.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.Device;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;

/** Runs a checkpoint, looks into it, and puts something else in the place of a value. */
public final class RunACheckpoint {
  private RunACheckpoint() {}

  /**
   * Runs a model of three tokens at least.
   *
   * @param args the checkpoint's directory, and where to write a file of inputs
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    // snippet: run
    Dialects families = Dialects.load(Checkpoint.class.getClassLoader());
    Checkpoint checkpoint = Checkpoint.open(directory, families);
    try (LoadedModel model = checkpoint.load(RunOptions.usual().in(DType.F32))) {
      Request request = Request.ids(1, 2, 3).tap("decoder.*.attn.probs", "decoder.-1.out");
      Outputs outputs = model.forward(request);
      outputs.values().forEach((name, value) -> System.out.println(name + " " + value.shape()));
      System.out.println(outputs.get("decoder.0.attn.probs").get(0, 0, 2, 1));
    }
    // end
    try (LoadedModel model = checkpoint.load(RunOptions.usual().in(DType.F32))) {
      // snippet: batch and feed
      Tensor ids = Tensor.ofLongs(Shape.of(2, 3), 1, 2, 3, 0, 1, 2);
      Tensor mask = Tensor.ofLongs(Shape.of(2, 3), 1, 1, 1, 0, 1, 1);
      Request batch = Request.of(Map.of("input_ids", ids, "attention_mask", mask));
      Tensor state = model.forward(batch.tap("decoder.0.out")).get("decoder.0.out");
      Outputs again = model.forward(batch.feed("decoder.0.out", state));
      // end
      System.out.println("fed with itself: " + again.equals(model.forward(batch)));
    }
    // snippet: stages
    RunOptions twoStages = RunOptions.usual().on(Device.parse("cpu"), Device.parse("cpu"));
    // end
    try (LoadedModel model = checkpoint.load(twoStages)) {
      System.out.println("in two stages: " + model.forward(Request.ids(1, 2, 3)).values().keySet());
    }
    Path file = Path.of(args[1]);
    // snippet: inputs
    SequencedMap<String, Tensor> inputs = new TreeMap<>();
    inputs.put("input_ids", Tensor.ofLongs(Shape.of(1, 3), 1, 2, 3));
    Safetensors.write(file, inputs);
    // end
  }
}
