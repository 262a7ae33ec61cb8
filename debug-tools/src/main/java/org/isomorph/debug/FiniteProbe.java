package org.isomorph.debug;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Looks for the first value, in the order of computation, that is NaN or infinite somewhere. */
public record FiniteProbe() implements Probe<NonFinite> {
  @Override
  public NonFinite look(DebugSession session) {
    List<String> names = session.named("*");
    AtomicReference<ValueStatistics> first = new AtomicReference<>();
    AtomicReference<String> before = new AtomicReference<>();
    long[] looked = {0};
    new Sweep(session)
        .over(
            names,
            (name, value) -> {
              looked[0]++;
              ValueStatistics found = StatisticsProbe.of(session, name, value);
              if (found.isFinite()) before.set(name);
              else first.set(found);
              return found.isFinite();
            });
    return new NonFinite(
        session.info(),
        looked[0],
        Optional.ofNullable(first.get()),
        Optional.ofNullable(before.get()));
  }
}
