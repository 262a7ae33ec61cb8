package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;

/** What a reference implementation computed for a golden, and the values of ours that it is. */
record Expected(String name, SequencedMap<String, Tensor> tensors) {
  private static final Pattern STATE =
      Pattern.compile("((?:encoder|decoder)_)?(hidden_states|attentions)\\.(\\d+)");
  private static final Pattern CROSS = Pattern.compile("cross_attentions\\.(\\d+)");

  static Expected of(String name) throws IOException {
    Path file = Goldens.directory(name).resolve("expected.safetensors");
    return new Expected(name, Safetensors.read(file));
  }

  Map<String, Tensor> inputs() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    tensors.forEach((key, value) -> {
      if (key.endsWith("_ids") && !key.equals("greedy_ids")
          || key.endsWith("_mask")
          || key.equals("pixel_values")) inputs.put(key, value);
    });
    return inputs;
  }

  /** Reference values by the names that ours have: canonical for inner values. */
  SequencedMap<String, Tensor> values(Model model) {
    SequencedMap<String, Tensor> values = new LinkedHashMap<>();
    tensors.forEach((key, value) -> {
      if (inputs().containsKey(key) || key.equals("greedy_ids")) return;
      values.put(tap(model, key).orElse(key), value);
    });
    return values;
  }

  /** The canonical name of an inner value of the reference. */
  static Optional<String> tap(Model model, String key) {
    Matcher cross = CROSS.matcher(key);
    if (cross.matches()) return Optional.of("decoder." + cross.group(1) + ".cross.probs");
    Matcher state = STATE.matcher(key);
    if (!state.matches()) return Optional.empty();
    Tower tower =
        Optional.ofNullable(state.group(1))
            .flatMap(which -> model.tower(which.replace("_", "")))
            .orElse(model.last());
    long index = Long.parseLong(state.group(3));
    if (state.group(2).equals("attentions"))
      return Optional.of(tower.name() + "." + index + ".attn.probs");
    if (index == 0) return Optional.of(Parameters.inputPrefix(model, tower) + "embed.out");
    // References of images keep the last state as it is before the norm.
    boolean last =
        index == tower.depth()
            && !Norm.NONE.equals(tower.norm())
            && !(tower.input() instanceof Patches);
    return Optional.of(tower.name() + (last ? ".norm.out" : "." + (index - 1) + ".out"));
  }

  /**
   * The greatest difference between ours and the reference's, as a part of the reference's greatest
   * value; rows of padding, where queries mean nothing, apart.
   */
  double deviation(String key, Tensor ours, Tensor reference) {
    assertThat(ours.shape()).as(key).isEqualTo(reference.shape());
    float[] a = ours.floats(), b = reference.floats();
    boolean[] padding = padding(key, reference);
    double greatest = 0, difference = 0;
    for (int at = 0; at < a.length; at++) {
      if (padding[at]) continue;
      greatest = Math.max(greatest, Math.abs(b[at]));
      double here = Math.abs((double) a[at] - b[at]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference / greatest;
  }

  /** Which elements belong to a query that is padding. */
  private boolean[] padding(String key, Tensor value) {
    boolean[] padding = new boolean[(int) value.shape().elements()];
    Tensor mask = tensors.get("attention_mask");
    if (mask == null
        || key.startsWith("decoder")
        || tensors.containsKey("decoder_input_ids") && key.equals("logits")) return padding;
    long[] real = mask.longs();
    int rank = value.shape().rank();
    int queries = rank == 4 ? 2 : 1;
    if (rank < 3 || value.shape().dim(queries) != mask.shape().dim(1)) return padding;
    int inner = 1;
    for (int axis = queries + 1; axis < rank; axis++) inner *= (int) value.shape().dim(axis);
    int length = (int) mask.shape().dim(1);
    int perRow = padding.length / (int) mask.shape().dim(0);
    for (int at = 0; at < padding.length; at++)
      padding[at] = real[at / perRow * length + at / inner % length] == 0;
    return padding;
  }

  /** Of the greedy decoding: the prompt and what followed it. */
  Optional<long[]> greedy() {
    return Optional.ofNullable(tensors.get("greedy_ids")).map(Tensor::longs);
  }

  /** The first row of a matrix of ids. */
  long[] firstRow(String key) {
    Tensor ids = tensors.get(key);
    return Arrays.copyOf(ids.longs(), (int) ids.shape().dim(1));
  }
}
