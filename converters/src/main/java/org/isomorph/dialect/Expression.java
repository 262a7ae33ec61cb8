package org.isomorph.dialect;

import java.util.List;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecDiff;
import org.isomorph.spec.SpecException;

/**
 * Whether, and how, a family can express a model.
 *
 * <p>The answer is computed and cannot be wrong about itself: the family writes the configuration
 * that comes nearest, reads it back, and the two models are compared. What differs is the reason
 * why not.
 */
public sealed interface Expression {
  /** The family that was asked. */
  Dialect dialect();

  /**
   * The family can.
   *
   * @param config the configuration that says so
   * @param model the model as the family reads it back
   * @param lost what the configuration has no word for and no computation needs: a context length,
   *     the id of a special token
   */
  record Expressed(Dialect dialect, Config config, Model model, List<Difference> lost)
      implements Expression {}

  /**
   * The family cannot.
   *
   * @param reasons where the model differs (left) from the nearest that the family has (right)
   */
  record Refused(Dialect dialect, List<Difference> reasons) implements Expression {}

  /** Asks {@code dialect} for {@code model}. */
  static Expression of(Dialect dialect, Model model, Spelling spelling) {
    Config config;
    Model back;
    try {
      config = dialect.config(model, spelling);
      back = dialect.spec(config, TensorInfos.UNKNOWN);
    } catch (SpecException | DialectException impossible) {
      String said = String.valueOf(impossible.getMessage());
      return new Refused(
          dialect, List.of(new Difference("model", model.name(), "none", said, true)));
    }
    List<Difference> differences = SpecDiff.between(model, back, "the model", dialect.name());
    List<Difference> reasons = differences.stream().filter(Difference::changesFunction).toList();
    return reasons.isEmpty()
        ? new Expressed(dialect, config, back.named(model.name()), differences)
        : new Refused(dialect, reasons);
  }
}
