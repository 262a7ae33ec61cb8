package org.isomorph.convert;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;

/**
 * The ways from one model to one family, found by trying adjustments breadth first, up to the first
 * that is exact whatever the values are.
 *
 * @param routes the best first: those that round nothing before those that do, then those of fewer
 *     steps, then those that leave fewer parameters. Which of them holds may still depend on
 *     {@linkplain Step#claims values}
 * @param reasons if there are none: where the closest description that was tried differs from what
 *     the family has
 */
public record Routes(List<Route> routes, List<Difference> reasons) {
  /** More adjustments than any pair of families has needed. */
  private static final int MOST_STEPS = 4;

  public Routes {
    routes = List.copyOf(routes);
    reasons = List.copyOf(reasons);
  }

  /** A description to be tried, and how many reasons the one before it was refused for. */
  private record Tried(Model model, List<Step> steps, int reasons) {}

  /** The ways from {@code model} to {@code target}. */
  public static Routes to(Dialect target, Model model, Spelling spelling) {
    List<Route> routes = new ArrayList<>();
    List<Difference> closest = List.of();
    Set<Model> seen = new HashSet<>(Set.of(model));
    ArrayDeque<Tried> queue =
        new ArrayDeque<>(List.of(new Tried(model, List.of(), Integer.MAX_VALUE)));
    while (!queue.isEmpty()) {
      Tried tried = queue.remove();
      switch (Expression.of(target, tried.model(), spelling)) {
        case Expression.Expressed expressed -> {
          Route route = new Route(tried.steps(), expressed);
          routes.add(route);
          // Shorter ways come first: one that is exact whatever the values are is taken before all
          // behind it.
          if (route.isCertain()) queue.clear();
        }
        case Expression.Refused refused -> {
          if (closest.isEmpty() || refused.reasons().size() < closest.size())
            closest = refused.reasons();
          // A step that brings the target no nearer leads nowhere: the laws do not depend on one
          // another.
          if (refused.reasons().size() < tried.reasons() && tried.steps().size() < MOST_STEPS)
            for (Adjustment adjustment : Adjustment.ALL)
              for (Step step : adjustment.steps(tried.model()))
                if (seen.add(step.model())) {
                  List<Step> steps = new ArrayList<>(tried.steps());
                  steps.add(step);
                  queue.add(new Tried(step.model(), steps, refused.reasons().size()));
                }
        }
      }
    }
    routes.sort(
        Comparator.comparing(Route::outcome)
            .thenComparingInt(route -> route.steps().size())
            .thenComparingLong(route -> route.expressed().model().parameters()));
    return new Routes(routes, routes.isEmpty() ? closest : List.of());
  }

  /** The families that can express a model, those that need the fewest steps first. */
  public static List<Dialect> nearest(Dialects dialects, Model model) {
    record Near(Dialect dialect, int steps) {}
    return dialects.all().stream()
        .map(dialect ->
            new Near(
                dialect,
                to(dialect, model, Spelling.BEFORE_5).routes().stream()
                    .mapToInt(route -> route.steps().size())
                    .min()
                    .orElse(Integer.MAX_VALUE)))
        .filter(near -> near.steps() < Integer.MAX_VALUE)
        .sorted(Comparator.comparingInt(Near::steps))
        .map(Near::dialect)
        .toList();
  }
}
