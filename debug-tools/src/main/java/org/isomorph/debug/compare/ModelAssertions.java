package org.isomorph.debug.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Report;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * Models in tests of any framework:
 *
 * <pre>{@code
 * assertThatModel(checkpoint).on(1, 15, 27).computesLike(converted);
 * }</pre>
 *
 * <p>What fails says what the command {@code compare} prints: the layer, the value, and the
 * mistake.
 */
public final class ModelAssertions {
  private final Side reference;
  private final Map<String, Tensor> inputs;
  private final DType dtype;

  private ModelAssertions(Side reference, Map<String, Tensor> inputs, DType dtype) {
    this.reference = reference;
    this.inputs = inputs;
    this.dtype = dtype;
  }

  /**
   * A model, or a recording, that is right.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  public static ModelAssertions assertThatModel(Path directoryOrRecording) {
    return assertThatModel(find(directoryOrRecording));
  }

  /** A model, or a recording, that is right. */
  public static ModelAssertions assertThatModel(Side reference) {
    return new ModelAssertions(reference, Map.of(), DType.F32);
  }

  private static Side find(Path path) {
    try {
      return Side.find(path.toString(), Dialects.load(ModelAssertions.class.getClassLoader()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Given one sequence of tokens, in place of tokens of all the vocabulary. */
  public ModelAssertions on(long... ids) {
    if (!(reference instanceof Side.Running running))
      throw new IllegalArgumentException(
          reference.name() + " is a recording: its tokens are those that it was made with");
    return on(Comparison.inputs(running.subject().model(), ids));
  }

  /** Given these inputs, by Hugging Face's names. */
  public ModelAssertions on(Map<String, Tensor> given) {
    return new ModelAssertions(reference, given, dtype);
  }

  /** With the other model computing in this dtype: F32 or BF16. */
  public ModelAssertions in(DType other) {
    return new ModelAssertions(reference, inputs, other);
  }

  /**
   * Asserts that another model computes the same up to rounding.
   *
   * @return the report
   * @throws AssertionError with the report if it does not
   */
  public Report computesLike(Path directoryOrRecording) {
    return computesLike(find(directoryOrRecording));
  }

  /** As {@link #computesLike(Path)}. */
  public Report computesLike(Side candidate) {
    Report report =
        ModelComparison.of(reference, candidate)
            .inputs(inputs)
            .in(dtype)
            .run(ProgressListener.NONE);
    if (report.outcome() != Report.Outcome.SAME)
      throw new AssertionError(
          "%s does not compute like %s\n%s"
              .formatted(
                  candidate.name(), reference.name(), String.join("\n", CompareText.of(report))));
    return report;
  }
}
