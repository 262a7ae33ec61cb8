package org.isomorph.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;

/**
 * The way from one model to one family, if there is one: the family says what comes nearest, and
 * each law goes toward that as far as it leads.
 *
 * <p>What a law is about, no other is. So nothing has to be tried out: what is left after a round
 * differs in something that no law is about, or the family's nearest has moved.
 */
public final class Routes {
  /** More rounds than any pair of families has needed. */
  private static final int MOST_ROUNDS = 4;

  private final Dialect target;
  private final Model model;
  private final Spelling spelling;
  private final Optional<Route> route;

  private Routes(Dialect target, Model model, Spelling spelling, Optional<Route> route) {
    this.target = target;
    this.model = model;
    this.spelling = spelling;
    this.route = route;
  }

  /** The way from {@code model} to {@code target}. */
  public static Routes to(Dialect target, Model model, Spelling spelling) {
    Optional<Route> found =
        switch (Expression.of(target, model, spelling)) {
          case Expression.Expressed expressed -> Optional.of(new Route(List.of(), expressed));
          case Expression.Refused refused -> {
            boolean near =
                refused.nearest().filter(nearest -> Skeleton.same(model, nearest)).isPresent();
            yield near ? search(model, refused, spelling, _ -> {}) : Optional.empty();
          }
        };
    return new Routes(target, model, spelling, found);
  }

  /** The way in rounds, each of which goes as far as laws lead toward the nearest. */
  private static Optional<Route> search(
      Model model,
      Expression.Refused first,
      Spelling spelling,
      Consumer<Expression.Refused> refusals) {
    List<Step> steps = new ArrayList<>();
    Model current = model;
    Expression answer = first;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      if (answer instanceof Expression.Expressed expressed)
        return Optional.of(new Route(steps, expressed));
      Expression.Refused refused = (Expression.Refused) answer;
      refusals.accept(refused);
      Optional<Model> nearest = refused.nearest();
      if (nearest.isEmpty()) break;
      List<Step> more = toward(current, nearest.get());
      if (more.isEmpty()) break;
      steps.addAll(more);
      current = more.getLast().model();
      Optional<Expression.Expressed> reached = refused.of(current);
      if (reached.isPresent()) return Optional.of(new Route(steps, reached.get()));
      answer = Expression.of(refused.dialect(), current, spelling);
    }
    return Optional.empty();
  }

  private static List<Step> toward(Model model, Model nearest) {
    List<Step> steps = new ArrayList<>();
    Model current = model;
    for (Adjustment law : Adjustments.ALL)
      for (Step step : law.toward(current, nearest)) {
        steps.add(step);
        current = step.model();
      }
    return steps;
  }

  /** The way; whether a checkpoint can go it may depend on {@linkplain Step#claims its values}. */
  public Optional<Route> route() {
    return route;
  }

  /**
   * If there is none: where the model differs from what the family has, but for what laws have
   * mended.
   */
  public List<Difference> reasons() {
    List<Expression.Refused> refusals = new ArrayList<>();
    if (Expression.of(target, model, spelling) instanceof Expression.Refused first)
      search(model, first, spelling, refusals::add);
    List<Expression.Refused> differing =
        refusals.stream().filter(refused -> refused.nearest().isPresent()).toList();
    if (differing.isEmpty()) return refusals.isEmpty() ? List.of() : refusals.getFirst().reasons();
    // What was mended on the way is said as it was in the model.
    Map<String, Difference> before = new HashMap<>();
    for (Difference reason : differing.getFirst().reasons()) before.put(reason.path(), reason);
    return differing.getLast().reasons().stream()
        .map(reason -> before.getOrDefault(reason.path(), reason))
        .toList();
  }

  /**
   * The families that can express a model: whatever its values are before only on evidence, without
   * rounding before with it, by few steps before by many.
   */
  public static List<Dialect> nearest(Dialects dialects, Model model) {
    record Near(Dialect dialect, Route route) {}
    return dialects.all().stream()
        .flatMap(dialect ->
            to(dialect, model, Spelling.BEFORE_5)
                .route()
                .map(route -> new Near(dialect, route))
                .stream())
        .sorted(
            Comparator.comparing((Near near) -> near.route().isConditional())
                .thenComparing(near -> near.route().outcome())
                .thenComparingInt(near -> near.route().steps().size()))
        .map(Near::dialect)
        .toList();
  }
}
