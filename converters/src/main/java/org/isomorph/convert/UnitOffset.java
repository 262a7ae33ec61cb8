package org.isomorph.convert;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;

/** A gain that is stored as its distance from one is a gain less one. */
final class UnitOffset implements Adjustment {
  @Override
  public String law() {
    return "The gains of norms can be stored as they are or less one: rounded.";
  }

  /** Where all norms of a model store their gains in one way, and all of the other in another. */
  @Override
  public List<Step> toward(Model model, Model nearest) {
    // Most models store gains as the nearest does, which the last norm tells at once.
    if (sameLast(model, nearest)) return List.of();
    Optional<Norm.Gain> had = gain(model), has = gain(nearest);
    if (had.isEmpty() || has.isEmpty() || had.equals(has)) return List.of();
    Model other = Norms.changed(model, norm -> stored(norm, has.get()));
    Shifted shifted = new Shifted(has.get() == Norm.Gain.UNIT_OFFSET ? -1 : 1);
    return List.of(new Step(Outcome.ROUNDED, other, () -> effect(model, shifted)));
  }

  private static boolean sameLast(Model model, Model nearest) {
    return model.last().norm() instanceof Norm.Rms ours
        && nearest.last().norm() instanceof Norm.Rms theirs
        && ours.gain() == theirs.gain();
  }

  private static Step.Effect effect(Model model, Shifted shifted) {
    Map<String, Change> changes = new HashMap<>();
    for (Parameter parameter : Parameters.of(model))
      if (parameter.kind() == Parameter.Kind.GAIN)
        changes.put(parameter.name(), new Change.Computed(shifted));
    return new Step.Effect(
        "store the gains of norms "
            + (shifted.by() < 0 ? "less one: " : "as they are: ")
            + shifted.rounding(),
        changes,
        List.of());
  }

  private static Norm stored(Norm norm, Norm.Gain gain) {
    return norm instanceof Norm.Rms rms && rms.hasGain() ? new Norm.Rms(rms.eps(), gain) : norm;
  }

  /** How all norms of a model store their gains; empty where they differ or there are others. */
  private static Optional<Norm.Gain> gain(Model model) {
    List<Optional<Norm.Gain>> gains =
        Norms.of(model).stream()
            .filter(Norm::hasGain)
            .map(norm ->
                norm instanceof Norm.Rms rms
                    ? Optional.of(rms.gain())
                    : Optional.<Norm.Gain>empty())
            .distinct()
            .toList();
    return gains.size() == 1 ? gains.getFirst() : Optional.empty();
  }
}
