package org.isomorph.debug.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.debug.compare.Side.Recorded;
import org.isomorph.debug.compare.Side.Running;
import org.isomorph.debug.hypothesis.Detective;
import org.isomorph.debug.recording.RecordedReference;
import org.isomorph.debug.recording.Recording;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Explainer;
import org.isomorph.proof.RecordedComparison;
import org.isomorph.proof.Report;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * Two sides on the same tokens.
 *
 * <table>
 *   <caption>What is compared with what</caption>
 *   <tr><th>A</th><th>B</th><th>how</th></tr>
 *   <tr><td>model</td><td>model</td><td>B's layers are given what A's were given</td></tr>
 *   <tr><td>recording</td><td>model</td><td>the same</td></tr>
 *   <tr><td>model</td><td>recording</td><td>A's layers are given what B's were given</td></tr>
 *   <tr><td>recording</td><td>recording</td><td>what each layer added to its stream</td></tr>
 * </table>
 *
 * @param a what is right
 * @param b what is to be the same
 * @param inputs what both are given, by Hugging Face's names; empty for those of a recording, or
 *     for tokens of all the vocabulary
 * @param dtype what models compute in, but the first of two: F32 or BF16
 * @param explains whether mistakes are looked for
 */
public record ModelComparison(
    Side a, Side b, Map<String, Tensor> inputs, DType dtype, boolean explains) {
  public ModelComparison {
    inputs = Map.copyOf(inputs);
  }

  /** A comparison in float32 that looks for mistakes. */
  public static ModelComparison of(Side a, Side b) {
    return new ModelComparison(a, b, Map.of(), DType.F32, true);
  }

  public ModelComparison inputs(Map<String, Tensor> given) {
    return new ModelComparison(a, b, given, dtype, explains);
  }

  public ModelComparison in(DType other) {
    return new ModelComparison(a, b, inputs, other, explains);
  }

  /**
   * Compares.
   *
   * @throws org.isomorph.runtime.RunException if inputs do not fit
   * @throws org.isomorph.debug.recording.RecordingException if a recording cannot be read
   */
  public Report run(ProgressListener listener) {
    Explainer explainer = explains ? new Detective() : Explainer.NONE;
    if (a instanceof Running one && b instanceof Running two)
      return Comparison.between(
          one.subject(), two.subject().in(dtype), inputs, explainer, listener);
    if (a instanceof Recorded recorded && b instanceof Running running)
      return recorded(recorded, running, explainer, listener);
    if (b instanceof Recorded recorded && a instanceof Running running)
      return recorded(recorded, running, explainer, listener);
    return recorded((Recorded) a, (Recorded) b);
  }

  /** Whether A's layers are given what B's were: B is a recording, and A is not. */
  public boolean isTurned() {
    return a instanceof Running && b instanceof Recorded;
  }

  // ---- a recording and a model

  private Report recorded(
      Recorded recorded, Running running, Explainer explainer, ProgressListener listener) {
    Recording recording = recorded.recording();
    Optional<String> other = otherInputs(recording.inputs(), inputs);
    if (other.isEmpty()) other = foreign(recording, running.subject().model());
    if (other.isPresent()) return Report.notComparable(List.of(other.get()), List.of());
    // A recorded model's own description does not know of later names; where it is of another
    // outline, the comparison says so.
    Model model = recorded.model().orElse(running.subject().model());
    return Comparison.of(
        new RecordedReference(recording, model), running.subject().in(dtype), explainer, listener);
  }

  /** Tokens that the model does not have. */
  private static Optional<String> foreign(Recording recording, Model model) {
    Tensor ids = recording.inputs().get("input_ids");
    long vocabulary = model.tokens().map(Tokens::vocabulary).orElse(Long.MAX_VALUE);
    if (ids == null) return Optional.empty();
    return Arrays.stream(ids.longs())
        .filter(id -> id < 0 || id >= vocabulary)
        .boxed()
        .findFirst()
        .map(id ->
            "%s was recorded of another vocabulary: it holds token %d, the model has %d tokens"
                .formatted(recording.file(), id, vocabulary));
  }

  // ---- two recordings

  private Report recorded(Recorded one, Recorded two) {
    Map<String, Tensor> first = one.recording().inputs();
    Optional<String> other = otherInputs(first, two.recording().inputs());
    if (other.isPresent()) return Report.notComparable(List.of(other.get()), List.of());
    Set<String> known = Set.copyOf(two.recording().names());
    List<String> names = one.recording().names().stream().filter(known::contains).toList();
    DType coarsest =
        one.recording().computed() == DType.F32
            ? two.recording().computed()
            : one.recording().computed();
    return RecordedComparison.of(
        names, first, coarsest, one.recording()::read, two.recording()::read);
  }

  /** Where tokens are not the same; nothing is, unless both sides say what they were given. */
  static Optional<String> otherInputs(Map<String, Tensor> one, Map<String, Tensor> two) {
    for (String name : List.of("input_ids", "decoder_input_ids")) {
      Tensor a = one.get(name), b = two.get(name);
      if (a == null || b == null) continue;
      Optional<String> apart = TokenDifference.between(name, a, b);
      if (apart.isPresent()) return apart;
    }
    return Optional.empty();
  }
}
