package org.isomorph.megatron.execution;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
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
  static final Dialects DIALECTS = Dialects.load(Golden.class.getClassLoader());
  static final Config AS_IT_IS = Config.builder().build();

  static Stream<Golden> all() {
    return Stream.of(
        new Golden("llama_kv4_v128", "torch_local_tp1_pp1"),
        new Golden("llama_kv4_v128", "torch_local_tp1_pp2_vpp2"),
        new Golden("llama_kv4_v128", "torch_local_tp2_pp2"),
        new Golden("llama_kv4_v128", "torch_dist_tp2_pp2"),
        new Golden("llama_kv4_v131_tied", "torch_local_tp2_pp2"),
        new Golden("llama_kv4_v131_tied", "torch_dist_tp2_pp2"),
        new Golden("qwen2_kv2_v131", "torch_local_tp2_pp2"),
        new Golden("qwen3moe_kv2_v132", "bridge_torch_tp1_pp2_ep2"),
        new Golden("qwen3moe_kv2_v132", "bridge_torch_dist_tp1_pp2_ep2"));
  }

  Path directory() {
    return resource(model + "/" + name);
  }

  /** Where it came from. */
  Checkpoint original() throws IOException {
    return Checkpoint.open(resource(model + "/hf"), DIALECTS);
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
    Tensor found = Safetensors.read(resource(model + "/expected_hf.safetensors")).get(tensor);
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

  static Path resource(String name) {
    try {
      URL found = Megatron.class.getResource("checkpoints/" + name);
      if (found == null) throw new IllegalArgumentException("no test resource is called " + name);
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return model + "/" + name;
  }
}
