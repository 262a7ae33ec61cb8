package org.isomorph.dialect;

import java.util.List;
import java.util.Optional;
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

  /** The family cannot. */
  sealed interface Refused extends Expression {
    /** Where the model differs (left) from the nearest that the family has (right). */
    List<Difference> reasons();

    /** The nearest that the family has; empty where it has none at all. */
    Optional<Model> nearest();

    /**
     * The expression of a model that was adjusted to be the nearest; empty if it is not that yet.
     */
    Optional<Expressed> of(Model adjusted);
  }

  /**
   * The family has another model. How it differs is worked out when somebody asks: most refusals
   * are only counted.
   *
   * @param config the nearest configuration
   * @param back what it says
   */
  record Differs(Dialect dialect, Model model, Config config, Model back) implements Refused {
    @Override
    public List<Difference> reasons() {
      return differences(dialect, model, back).stream()
          .filter(Difference::changesFunction)
          .toList();
    }

    @Override
    public Optional<Model> nearest() {
      return Optional.of(back);
    }

    @Override
    public Optional<Expressed> of(Model adjusted) {
      return SpecDiff.computeAlike(adjusted, back)
          ? Optional.of(expressed(dialect, adjusted, config, back))
          : Optional.empty();
    }
  }

  /** The family cannot even write down anything that is near. */
  record Impossible(Dialect dialect, List<Difference> reasons) implements Refused {
    @Override
    public Optional<Model> nearest() {
      return Optional.empty();
    }

    @Override
    public Optional<Expressed> of(Model adjusted) {
      return Optional.empty();
    }
  }

  /** Asks {@code dialect} for {@code model}. */
  static Expression of(Dialect dialect, Model model, Spelling spelling) {
    Config config;
    Model back;
    try {
      config = dialect.config(model, spelling);
      back = dialect.spec(config, TensorInfos.UNKNOWN);
    } catch (SpecException | DialectException impossible) {
      String said = String.valueOf(impossible.getMessage());
      return new Impossible(
          dialect, List.of(new Difference("model", model.name(), "none", said, true)));
    }
    return SpecDiff.computeAlike(model, back)
        ? expressed(dialect, model, config, back)
        : new Differs(dialect, model, config, back);
  }

  private static Expressed expressed(Dialect dialect, Model model, Config config, Model back) {
    return new Expressed(
        dialect, config, back.named(model.name()), differences(dialect, model, back));
  }

  private static List<Difference> differences(Dialect dialect, Model model, Model back) {
    return SpecDiff.between(model, back, "the model", dialect.name());
  }
}
