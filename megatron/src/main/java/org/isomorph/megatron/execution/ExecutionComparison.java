package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.megatron.MegatronException;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Deviation;
import org.isomorph.proof.OutputDeviation;
import org.isomorph.proof.Reference;
import org.isomorph.proof.Report.Outcome;
import org.isomorph.proof.Rows;
import org.isomorph.proof.RunningReference;
import org.isomorph.proof.Subject;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * A model, and a Megatron checkpoint that should be the same, on the same tokens: the one run by
 * its description, piece by piece, the other executed rank by rank.
 */
public final class ExecutionComparison {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String LOGITS = "logits";

  private final Reference reference;
  private final Execution execution;
  private final Map<String, Tensor> inputs;
  private final Rows rows;
  private final List<List<Integer>> sequences = new ArrayList<>();
  private final List<Long> begins = new ArrayList<>();
  private final List<Deviation> layers = new ArrayList<>();

  private ExecutionComparison(
      Reference reference, Execution execution, Map<String, Tensor> inputs) {
    this.reference = reference;
    this.execution = execution;
    this.inputs = inputs;
    this.rows = Rows.of(inputs);
    sequences();
  }

  /**
   * Compares them.
   *
   * @param given what both read, by Hugging Face's names; empty for inputs that fit any model
   * @param listener hears how many layers were gone through
   */
  public static ExecutionReport between(
      Checkpoint reference,
      Execution execution,
      Map<String, Tensor> given,
      ProgressListener listener) {
    Model model = reference.model();
    List<String> reasons = reasons(model, execution);
    if (!reasons.isEmpty())
      return new ExecutionReport(
          Outcome.NOT_COMPARABLE,
          reasons,
          execution.layout(),
          execution.ranks(),
          0,
          List.of(),
          Optional.empty());
    Map<String, Tensor> inputs =
        new HashMap<>(given.isEmpty() ? Comparison.inputs(model, model) : given);
    if (inputs.containsKey("position_ids"))
      throw new MegatronException("position_ids: Megatron counts positions from 0; leave them out");
    try (RunningReference running = RunningReference.of(Subject.of(reference), inputs)) {
      Tensor ids = inputs.get(IDS);
      if (ids != null) inputs.computeIfAbsent(MASK, _ -> ones(ids.shape()));
      return new ExecutionComparison(running, execution, inputs).report(listener);
    }
  }

  private static Tensor ones(Shape shape) {
    long[] ones = new long[Math.toIntExact(shape.elements())];
    Arrays.fill(ones, 1);
    return Tensor.ofLongs(shape, ones);
  }

  private static List<String> reasons(Model model, Execution execution) {
    List<String> reasons = new ArrayList<>();
    if (model.towers().size() != 1 || model.lm().isEmpty() || model.tokens().isEmpty()) {
      reasons.add("expected a decoder of tokens with a language model's head in the first");
      return reasons;
    }
    long vocabulary = model.tokens().map(Tokens::vocabulary).orElse(0L);
    same("layers", model.last().depth(), execution.layers(), reasons);
    same("width", model.last().dim(), execution.width(), reasons);
    same("vocabulary", vocabulary, execution.vocabulary(), reasons);
    return reasons;
  }

  private static void same(String what, long one, long other, List<String> reasons) {
    if (one != other)
      reasons.add("%s: %d in the first, %d in the second".formatted(what, one, other));
  }

  /** Rows without their padding. */
  private void sequences() {
    Tensor ids = tensor(IDS), mask = tensor(MASK);
    long length = ids.shape().dim(1);
    for (long row = 0; row < ids.shape().dim(0); row++) {
      List<Integer> sequence = new ArrayList<>();
      long begin = 0, end = 0;
      for (long at = 0; at < length; at++) {
        if (mask.get(row, at) == 0) continue;
        if (sequence.isEmpty()) begin = at;
        end = at + 1;
        sequence.add((int) ids.get(row, at));
      }
      if (sequence.isEmpty() || end - begin != sequence.size())
        throw new MegatronException(
            "attention_mask: expected one run of tokens in row %d, and padding around it"
                .formatted(row));
      sequences.add(sequence);
      begins.add(begin);
    }
  }

  private Tensor tensor(String name) {
    Tensor found = inputs.get(name);
    if (found == null) throw new MegatronException(name + ": expected it among the inputs");
    return found;
  }

  private ExecutionReport report(ProgressListener listener) {
    List<Execution.Computed> logits =
        execution.run(
            sequences,
            (layer, found) -> {
              listener.progress(layer, execution.layers(), "layer " + layer);
              layer(layer, found);
            });
    listener.progress(execution.layers(), execution.layers(), "");
    Tensor expected = reference.values(List.of(LOGITS)).get(LOGITS);
    if (expected == null) throw new MegatronException("the first gives no logits");
    OutputDeviation deviation = rows.results(LOGITS, expected, worst(expected, logits));
    return new ExecutionReport(
        deviation.greatest() <= ExecutionReport.TOLERATED ? Outcome.SAME : Outcome.EVERYWHERE,
        List.of(),
        execution.layout(),
        execution.ranks(),
        sequences.stream().mapToLong(List::size).sum(),
        layers,
        Optional.of(deviation));
  }

  private void layer(int layer, List<Execution.Computed> found) {
    String name = reference.model().last().name() + "." + layer + ".out";
    Tensor expected = reference.values(List.of(name)).get(name);
    if (expected == null) return;
    layers.add(rows.between(expected, worst(expected, found)));
  }

  /**
   * What was computed, as the reference has it: of a sequence that several replicas computed, that
   * which is furthest off.
   */
  private Tensor worst(Tensor expected, List<Execution.Computed> found) {
    Shape shape = expected.shape();
    int width = Math.toIntExact(shape.dim(2)), length = Math.toIntExact(shape.dim(1));
    float[] right = expected.floats();
    float[] values = new float[right.length];
    Map<Integer, Double> apart = new LinkedHashMap<>();
    for (Execution.Computed each : found) {
      int begin =
          Math.toIntExact(((long) each.sequence() * length + begins.get(each.sequence())) * width);
      float[] own = each.rows().values();
      double greatest = 0;
      for (int i = 0; i < own.length; i++) {
        double here = Math.abs((double) own[i] - right[begin + i]);
        greatest = Math.max(greatest, Double.isNaN(here) ? Double.POSITIVE_INFINITY : here);
      }
      if (greatest < apart.getOrDefault(each.sequence(), 0.0)) continue;
      apart.put(each.sequence(), greatest);
      System.arraycopy(own, 0, values, begin, own.length);
    }
    return Tensor.ofFloats(shape, values);
  }
}
