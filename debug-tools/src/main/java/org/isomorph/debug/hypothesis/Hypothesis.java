package org.isomorph.debug.hypothesis;

import java.util.stream.Stream;

/** One kind of mistake, and all the ways in which it can have been made in a piece. */
@FunctionalInterface
interface Hypothesis {
  /** What the other side would be; empty where the piece has nothing to make this mistake with. */
  Stream<Guess> guesses(Scene scene);
}
