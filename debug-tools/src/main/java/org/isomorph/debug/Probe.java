package org.isomorph.debug;

/**
 * One way of looking into a run. Those that are here are {@link CosineProbe}, {@link LensProbe},
 * {@link AttentionProbe}, {@link StatisticsProbe}, {@link RoutingProbe} and {@link FiniteProbe};
 * others need nothing but {@link DebugSession#values}.
 *
 * @param <R> a plain value, whose {@code toString} is a picture for a terminal
 */
@FunctionalInterface
public interface Probe<R> {
  /**
   * What there is to be seen.
   *
   * @throws DebugException if there is nothing of the kind to be looked at, and why
   */
  R look(DebugSession session);
}
