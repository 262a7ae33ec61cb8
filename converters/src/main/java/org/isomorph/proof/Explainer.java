package org.isomorph.proof;

import java.util.List;

/** Looks for the mistake behind a faulty piece. */
@FunctionalInterface
public interface Explainer {
  /** Asks no further. */
  Explainer NONE = _ -> List.of();

  /** What explains the fault, the likeliest first; empty if nothing is known that does. */
  List<Explanation> explain(Suspect suspect);
}
