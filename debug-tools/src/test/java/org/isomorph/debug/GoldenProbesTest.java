package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.spec.Head;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of every family: the last lens is the model, and attention is the reference's. */
class GoldenProbesTest {
  static List<String> goldens() {
    return Goldens.names();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theLensOnTheLastLayerIsTheModel(String golden) {
    try (LoadedModel model = Goldens.load(golden)) {
      DebugSession session = Goldens.session(model, golden);
      Optional<String> label =
          List.of("logits", "prediction_logits").stream()
              .filter(session.outputs()::containsKey)
              .findFirst();
      if (label.isEmpty()) {
        assertThat(model.model().heads()).noneMatch(Head.Lm.class::isInstance);
        return;
      }
      Tensor logits = session.outputs().get(label.get());
      int rows = (int) logits.shape().dim(0);
      for (int row = 0; row < rows; row++) {
        Lens lens = session.row(row).lens(3);
        assertThat(lens.layers()).hasSizeGreaterThan(1);
        for (Lens.Cell cell : lens.layers().getLast().cells()) {
          assertThat(cell.finalRank()).isEqualTo(1);
          assertThat(cell.divergence()).isCloseTo(0, within(1e-9));
          for (Lens.Candidate candidate : cell.top()) {
            double own =
                logits.shape().rank() == 2
                    ? logits.get(row, candidate.id())
                    : logits.get(row, cell.token().index(), candidate.id());
            // Of one row, the computation is the same to the last bit; of several, the batch is
            // not.
            if (rows == 1) assertThat(candidate.logit()).isEqualTo(own);
            else assertThat(candidate.logit()).isCloseTo(own, within(1e-4));
          }
        }
      }
    }
  }
}
