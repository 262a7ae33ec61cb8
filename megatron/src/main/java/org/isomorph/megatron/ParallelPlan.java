package org.isomorph.megatron;

import java.util.OptionalInt;
import org.isomorph.spec.Model;

/**
 * How somebody wants a model written for Megatron.
 *
 * @param tensor ranks that share each layer's matrices
 * @param division how layers become stages
 * @param expert ranks that share experts out
 * @param expertTensor ranks that share each expert's matrices; empty for as many as share others'
 * @param format how ranks are kept in files
 * @param implementation whose names tensors go by
 * @param modules how experts are modules
 * @param vocabularyDivisor what the rows of a rank's part of the vocabulary are a multiple of
 */
public record ParallelPlan(
    int tensor,
    Division division,
    int expert,
    OptionalInt expertTensor,
    MegatronFormat format,
    Implementation implementation,
    Experts modules,
    long vocabularyDivisor) {
  /** What Megatron pads a vocabulary to, unless told otherwise. */
  public static final long USUAL_DIVISOR = 128;

  public ParallelPlan {
    if (vocabularyDivisor < 1)
      throw new MegatronException(
          "vocabulary divisor: expected at least 1, found " + vocabularyDivisor);
    if (modules == Experts.GROUPED && implementation == Implementation.LOCAL)
      throw new MegatronException(
          "grouped experts are TransformerEngine's: ask for its names too, or for sequential experts");
  }

  /** One rank, in one file. */
  public static ParallelPlan usual() {
    return new ParallelPlan(
        1,
        Division.NONE,
        1,
        OptionalInt.empty(),
        MegatronFormat.TORCH,
        Implementation.LOCAL,
        Experts.SEQUENTIAL,
        USUAL_DIVISOR);
  }

  /**
   * Where that puts a model's parts.
   *
   * @throws MegatronException if Megatron could not run it so, with the numbers
   */
  public ParallelLayout of(Model model) {
    int depth = Math.toIntExact(model.last().depth());
    int predicting = Math.toIntExact(model.furtherTokens());
    ParallelLayout layout =
        new ParallelLayout(
            tensor, division.of(depth, predicting), expert, expertTensor.orElse(tensor));
    Legality.check(model, layout);
    if (format == MegatronFormat.TORCH) layout.directories();
    return layout;
  }
}
