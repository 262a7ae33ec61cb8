package org.isomorph.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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

  private final Optional<Route> route;
  private final List<Expression.Refused> refusals;

  private Routes(Optional<Route> route, List<Expression.Refused> refusals) {
    this.route = route;
    this.refusals = refusals;
  }

  /** The way from {@code model} to {@code target}. */
  public static Routes to(Dialect target, Model model, Spelling spelling) {
    List<Step> steps = new ArrayList<>();
    List<Expression.Refused> refusals = new ArrayList<>();
    Model current = model;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      Expression answer = Expression.of(target, current, spelling);
      if (answer instanceof Expression.Expressed expressed) return found(steps, expressed);
      Expression.Refused refused = (Expression.Refused) answer;
      refusals.add(refused);
      Optional<Model> nearest = refused.nearest();
      if (nearest.isEmpty()) break;
      List<Step> more = toward(current, nearest.get());
      if (more.isEmpty()) break;
      steps.addAll(more);
      current = more.getLast().model();
      Optional<Expression.Expressed> reached = refused.of(current);
      if (reached.isPresent()) return found(steps, reached.get());
    }
    return new Routes(Optional.empty(), refusals);
  }

  private static Routes found(List<Step> steps, Expression.Expressed expressed) {
    return new Routes(Optional.of(new Route(steps, expressed)), List.of());
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
   * If there is none: where the closest description that was tried differs from what the family
   * has.
   */
  public List<Difference> reasons() {
    return refusals.stream()
        .map(Expression.Refused::reasons)
        .min(Comparator.comparingInt(List::size))
        .orElse(List.of());
  }

  /** The families that can express a model, those that need the fewest steps first. */
  public static List<Dialect> nearest(Dialects dialects, Model model) {
    record Near(Dialect dialect, int steps) {}
    return dialects.all().stream()
        .flatMap(dialect ->
            to(dialect, model, Spelling.BEFORE_5)
                .route()
                .map(route -> new Near(dialect, route.steps().size()))
                .stream())
        .sorted(Comparator.comparingInt(Near::steps))
        .map(Near::dialect)
        .toList();
  }
}
