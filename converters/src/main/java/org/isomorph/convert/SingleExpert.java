package org.isomorph.convert;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Router;

/**
 * A feed-forward layer is a mixture of one expert, whatever the router says: it has one to choose,
 * with all weight.
 */
final class SingleExpert implements Adjustment {
  @Override
  public String law() {
    return "A feed-forward layer is a mixture of one expert: the router gets zeros, and is left out where it has nothing else.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other = Rewrite.mixers(model, nearest, SingleExpert::toward);
    return other.equals(model)
        ? List.of()
        : List.of(Zeros.step(besides(model, other), model, other, renamed(model, other)));
  }

  /** What mixtures have besides their only expert. */
  private static String besides(Model one, Model other) {
    boolean shared =
        Stream.of(one, other)
            .flatMap(model -> Place.of(model).stream())
            .anyMatch(
                place -> place.mixer() instanceof Mixture mixture && mixture.shared().isPresent());
    return shared
        ? "routers and shared layers of mixtures of one expert"
        : "routers of mixtures of one expert";
  }

  private static Mixer toward(Mixer ours, Mixer theirs) {
    if (ours instanceof FeedForward.Single single
        && theirs instanceof Mixture mixture
        && mixture.experts() == 1
        && givesAll(mixture.router()))
      return new Mixture(1, 1, single, mixture.shared(), mixture.router());
    if (ours instanceof Mixture mixture
        && theirs instanceof FeedForward.Single
        && mixture.experts() == 1
        && givesAll(mixture.router())) return mixture.expert();
    return ours;
  }

  /** Whether a router gives its only expert a weight of one. */
  private static boolean givesAll(Router router) {
    return switch (router) {
      case Router.Softmax softmax -> softmax.scale() == 1;
      case Router.Grouped grouped ->
          grouped.groups() == 1
              && grouped.scale() == 1
              && (grouped.renormalise() || grouped.score() == Router.Grouped.Score.SOFTMAX_MAX);
      // A token beyond the capacity passes by.
      case Router.Switch _ -> false;
    };
  }

  private static Map<String, String> renamed(Model before, Model after) {
    Map<String, String> renamed = new HashMap<>();
    List<Place> old = Place.of(before), now = Place.of(after);
    for (int i = 0; i < old.size(); i++) {
      String path = old.get(i).path(), expert = path + ".experts.0";
      Mixer was = old.get(i).mixer(), is = now.get(i).mixer();
      if (was instanceof FeedForward.Single layer && is instanceof Mixture)
        rename(renamed, layer, path, expert);
      if (was instanceof Mixture && is instanceof FeedForward.Single layer)
        rename(renamed, layer, expert, path);
    }
    return renamed;
  }

  private static void rename(
      Map<String, String> renamed, FeedForward.Single layer, String from, String to) {
    for (String linear :
        layer instanceof Gated ? List.of("gate", "up", "down") : List.of("up", "down"))
      for (String part : layer.bias() ? List.of("weight", "bias") : List.of("weight"))
        renamed.put(to + "." + linear + "." + part, from + "." + linear + "." + part);
  }
}
