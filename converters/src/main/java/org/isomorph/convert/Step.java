package org.isomorph.convert;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.isomorph.spec.Model;
import org.jspecify.annotations.Nullable;

/**
 * One adjustment: another description of the same function, and what becomes of the parameters.
 *
 * <p>What becomes of them is worked out when it is first asked for: a search for ways tries many
 * steps, most of which are not taken, and a mixture of experts has 100,000 parameters.
 */
public final class Step {
  private final Outcome outcome;
  private final Model model;
  private final Supplier<Effect> working;
  private @Nullable Effect effect;

  /** What a step does, in words and to each parameter; see the accessors of {@link Step}. */
  record Effect(String sentence, Map<String, Change> changes, List<Claim> claims) {
    Effect {
      changes = Map.copyOf(changes);
      claims = List.copyOf(claims);
    }
  }

  Step(Outcome outcome, Model model, Supplier<Effect> effect) {
    this.outcome = outcome;
    this.model = model;
    this.working = effect;
  }

  Step(
      String sentence,
      Outcome outcome,
      Model model,
      Map<String, Change> changes,
      List<Claim> claims) {
    this(outcome, model, () -> new Effect(sentence, changes, claims));
  }

  private synchronized Effect effect() {
    Effect known = effect;
    if (known == null) {
      known = working.get();
      effect = known;
    }
    return known;
  }

  /** What is done, for a report. */
  public String sentence() {
    return effect().sentence();
  }

  /** Whether numbers stay as they are. */
  public Outcome outcome() {
    return outcome;
  }

  /** The description after it. */
  public Model model() {
    return model;
  }

  /**
   * The parameters of {@link #model} that are not simply those of the same name before, and how.
   */
  public Map<String, Change> changes() {
    return effect().changes();
  }

  /** What must be true of the values before it. */
  public List<Claim> claims() {
    return effect().claims();
  }

  @Override
  public String toString() {
    return sentence();
  }
}
