package org.isomorph.debug.hypothesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Explainer;
import org.isomorph.proof.Report;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Faults of many kinds, in every layer of several families: is the layer found, is the mistake
 * named, and is nothing found where nothing is wrong?
 *
 * <p>A sample is drawn; {@code -Disomorph.faults=all} runs every case.
 */
class FaultInjectionTest {
  private static final boolean ALL = "all".equals(System.getProperty("isomorph.faults"));
  private static final int SAMPLE = 160;

  record Case(Family family, Fault fault, Family faulty, int layer, int prompt, DType dtype) {}

  @BeforeAll
  static void small() {
    LoadedModel.threads(1);
  }

  static Report compared(Family right, Family wrong, int prompt, DType dtype, Explainer explainer) {
    Map<String, Tensor> inputs = Comparison.inputs(right.model(), Family.prompt(prompt));
    Subject reference =
        Subject.of(right.model(), Family.stored(right.model(), right.weights(), DType.F32));
    Subject candidate =
        Subject.of(wrong.model(), Family.stored(wrong.model(), wrong.weights(), dtype)).in(dtype);
    return Comparison.between(reference, candidate, inputs, explainer, ProgressListener.NONE);
  }

  @Test
  void whatIsRightIsNeverTakenForAMistake() {
    for (Family family : Family.all())
      for (DType dtype : List.of(DType.F32, DType.BF16))
        for (int prompt = 0; prompt < (ALL ? 5 : 2); prompt++)
          assertThat(compared(family, family, prompt, dtype, Explainer.NONE).outcome())
              .as("%s in %s", family.name(), dtype)
              .isEqualTo(Report.Outcome.SAME);
  }

  @Test
  void faultsAreFoundAndNamed() {
    List<Case> cases = new ArrayList<>();
    for (Family family : Family.all())
      for (Fault fault : Fault.all())
        for (int layer = 0; layer < Family.LAYERS; layer++) {
          int at = layer;
          fault
              .of(family, layer)
              .ifPresent(faulty -> {
                for (int prompt = 0; prompt < 5; prompt++)
                  for (DType dtype : List.of(DType.F32, DType.BF16))
                    cases.add(new Case(family, fault, faulty, at, prompt, dtype));
              });
        }
    int total = cases.size();
    if (!ALL) Collections.shuffle(cases, new Random(6));
    FaultTable table = new FaultTable();
    long start = System.nanoTime();
    for (Case each : ALL ? cases : cases.subList(0, SAMPLE)) {
      Report report =
          compared(each.family(), each.faulty(), each.prompt(), each.dtype(), new Detective());
      boolean located =
          report.faulty().stream()
              .map(Report.Place::name)
              .toList()
              .equals(List.of("decoder." + each.layer()));
      boolean named =
          report.explanations().stream()
              .anyMatch(said -> said.mistake().contains(each.fault().said()));
      table.add(each.fault().name(), each.dtype(), located, named);
      if (!located || !named)
        System.out.println(
            each.family().name()
                + " | "
                + each.fault().name()
                + " | "
                + each.layer()
                + " "
                + each.prompt()
                + " "
                + each.dtype()
                + " | "
                + report.faulty().stream().map(Report.Place::name).toList()
                + " "
                + report.fault().map(Report.Fault::value)
                + " "
                + report.explanations()
                + " "
                + report.places().get(1 + each.layer()));
    }
    System.out.println(table + " of " + total + " in " + (System.nanoTime() - start) / 1e9);
    assertThat(table.located()).isGreaterThanOrEqualTo(0.99);
    assertThat(table.named()).isGreaterThanOrEqualTo(0.8);
  }
}
