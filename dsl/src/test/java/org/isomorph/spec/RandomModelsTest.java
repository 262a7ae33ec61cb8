package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a generator never makes, no law over it holds for: so it must make everything. */
class RandomModelsTest {
  @Test
  void everyPermittedRecordAndEveryConstantIsMade() {
    Set<String> missing = new TreeSet<>(Parts.possible());
    assertThat(missing).hasSizeGreaterThan(80);
    missing.addAll(Parts.COMBINATIONS);
    for (long seed = 0; seed < 3000; seed++) {
      Model model = RandomModels.of(seed, 3);
      missing.removeAll(Parts.of(model));
      missing.removeAll(Parts.combined(model));
    }
    assertThat(missing).isEmpty();
  }
}
