package org.isomorph.proof;

import java.util.List;
import java.util.Map;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.graph.Lowering;
import org.isomorph.runtime.RunException;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecDiff;
import org.isomorph.tensor.Tensor;

/**
 * Two models on the same tokens, piece by piece: each piece of the candidate is given what the
 * reference's was given, so that a mistake shows where it is made and nowhere behind it.
 *
 * <p>Of each no more than a piece is in memory.
 */
public final class Comparison {
  private Comparison() {}

  /**
   * Compares two checkpoints.
   *
   * @param inputs what both are given, by Hugging Face's names; empty for inputs that fit any model
   * @param listener hears how much of both models' weights has been gone through
   * @throws RunException if the inputs do not fit
   */
  public static Report between(
      Checkpoint reference,
      Checkpoint candidate,
      Map<String, Tensor> inputs,
      ProgressListener listener) {
    return between(Subject.of(reference), Subject.of(candidate), inputs, Explainer.NONE, listener);
  }

  /**
   * Compares two models.
   *
   * @param inputs what both are given, by Hugging Face's names; empty for inputs that fit any model
   * @param explainer looks for mistakes behind faulty pieces
   * @param listener hears how much of both models' weights has been gone through
   * @throws RunException if the inputs do not fit
   */
  public static Report between(
      Subject reference,
      Subject candidate,
      Map<String, Tensor> inputs,
      Explainer explainer,
      ProgressListener listener) {
    List<String> reasons = reasons(reference.model(), candidate.model());
    if (!reasons.isEmpty())
      return Report.notComparable(reasons, descriptions(reference.model(), candidate.model()));
    Map<String, Tensor> given =
        inputs.isEmpty() ? inputs(reference.model(), candidate.model()) : inputs;
    try (RunningReference running = RunningReference.of(reference, given)) {
      return of(running, candidate, explainer, listener);
    }
  }

  private static List<String> reasons(Model reference, Model candidate) {
    return Comparability.reasons(
        reference, Lowering.of(reference), candidate, Lowering.of(candidate));
  }

  private static List<Difference> descriptions(Model reference, Model candidate) {
    return SpecDiff.between(reference, candidate, "the first", "the second").stream()
        .filter(Difference::changesFunction)
        .toList();
  }

  /**
   * The inputs of a model that is given one sequence of tokens: an encoder and a decoder read the
   * same, the decoder behind its start; half of it is the prefix, where a model is told one.
   */
  public static Map<String, Tensor> inputs(Model model, long... ids) {
    return DefaultInputs.of(model, Lowering.of(model), ids);
  }

  /** Inputs that two models can read, always the same. */
  public static Map<String, Tensor> inputs(Model reference, Model candidate) {
    return DefaultInputs.of(List.of(reference, candidate), Lowering.of(reference));
  }

  /**
   * Compares a candidate with what a reference computed.
   *
   * @throws RunException if the inputs do not fit the candidate
   */
  public static Report of(
      Reference reference, Subject candidate, Explainer explainer, ProgressListener listener) {
    List<Difference> descriptions = descriptions(reference.model(), candidate.model());
    List<String> reasons = reasons(reference.model(), candidate.model());
    if (!reasons.isEmpty()) return Report.notComparable(reasons, descriptions);
    try (Trial trial = new Trial(reference, candidate)) {
      Walk walk = new Walk(reference, trial, explainer, listener);
      try {
        walk.run();
      } catch (Incomparable incomparable) {
        return Report.notComparable(List.of(incomparable.reason()), descriptions);
      }
      return walk.report(descriptions);
    }
  }
}
