package org.isomorph.megatron.execution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.megatron.Checkpoints;
import org.isomorph.megatron.Megatron;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;

/**
 * A checkpoint that Megatron wrote.
 *
 * @param model of which model
 * @param name what it is called
 */
record Golden(String model, String name) {
  static final Config AS_IT_IS = Config.builder().build();

  static Stream<Golden> all() {
    return Checkpoints.references().stream().map(each -> new Golden(each.model(), each.name()));
  }

  Path directory() {
    return Checkpoints.resource(model + "/" + name);
  }

  /** Where it came from. */
  Checkpoint original() throws IOException {
    return Checkpoint.open(Checkpoints.resource(model + "/hf"), Checkpoints.DIALECTS);
  }

  /** Some checkpoints lack arguments: those of the original stand for them. */
  Optional<Config> described() throws IOException {
    return Expression.of(new Megatron(), original().model(), Spelling.BEFORE_5)
            instanceof Expression.Expressed yes
        ? Optional.of(yes.config())
        : Optional.empty();
  }

  Execution open(Config over) throws IOException {
    return Execution.open(directory(), described(), over);
  }

  private Tensor expected(String tensor) throws IOException {
    Tensor found =
        Safetensors.read(Checkpoints.resource(model + "/expected_hf.safetensors")).get(tensor);
    if (found == null) throw new IllegalStateException("no " + tensor);
    return found;
  }

  List<List<Integer>> sequences() throws IOException {
    Tensor ids = expected("input_ids");
    List<List<Integer>> sequences = new ArrayList<>();
    for (long row = 0; row < ids.shape().dim(0); row++) {
      List<Integer> sequence = new ArrayList<>();
      for (long at = 0; at < ids.shape().dim(1); at++) sequence.add((int) ids.get(row, at));
      sequences.add(sequence);
    }
    return sequences;
  }

  /** How far logits are from those that transformers computed, as a part of the largest. */
  double deviation(List<Execution.Computed> found) throws IOException {
    float[] expected = expected("logits").floats();
    double apart = 0, largest = 0;
    for (Execution.Computed each : found) {
      float[] own = each.rows().values();
      for (int i = 0; i < own.length; i++) {
        float right = expected[each.sequence() * own.length + i];
        largest = Math.max(largest, Math.abs(right));
        apart = Math.max(apart, Math.abs((double) own[i] - right));
      }
    }
    return apart / largest;
  }

  @Override
  public String toString() {
    return model + "/" + name;
  }
}
