package org.isomorph.debug.hypothesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Explainer;
import org.isomorph.proof.Report;
import org.isomorph.proof.ReportText;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.isomorph.testing.Snippets;
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
  private static final int SAMPLE = 100;

  record Case(Family family, Fault fault, Family faulty, int layer, int prompt, DType dtype) {
    @Override
    public String toString() {
      return "%s, %s in layer %d, prompt %d, %s"
          .formatted(family.name(), fault.name(), layer, prompt, dtype);
    }
  }

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

  /** The usual ones, or a model in a directory: {@code -Disomorph.faults.model=DIR}. */
  private static List<Family> families() throws IOException {
    String directory = System.getProperty("isomorph.faults.model");
    return directory == null ? Family.all() : List.of(Family.of(Path.of(directory)));
  }

  @Test
  void whatIsRightIsNeverTakenForAMistake() throws IOException {
    for (Family family : families())
      for (DType dtype : List.of(DType.F32, DType.BF16))
        for (int prompt = 0; prompt < (ALL ? 5 : 2); prompt++)
          assertThat(compared(family, family, prompt, dtype, Explainer.NONE).outcome())
              .as("%s in %s", family.name(), dtype)
              .isEqualTo(Report.Outcome.SAME);
  }

  private static List<Case> cases(List<Fault> faults, int prompts, int sample) throws IOException {
    List<Case> cases = new ArrayList<>();
    for (Family family : families())
      for (Fault fault : faults)
        for (int layer = 0; layer < family.layers(); layer++) {
          int at = layer;
          fault
              .of(family, layer)
              .ifPresent(faulty -> {
                for (int prompt = 0; prompt < prompts; prompt++)
                  for (DType dtype : List.of(DType.F32, DType.BF16))
                    cases.add(new Case(family, fault, faulty, at, prompt, dtype));
              });
        }
    if (!ALL) Collections.shuffle(cases, new Random(6));
    return ALL ? cases : cases.subList(0, sample);
  }

  /** Runs a case; what is wrong with what comes of it. */
  private static List<String> run(Case each, FaultTable table) {
    Report report =
        compared(each.family(), each.faulty(), each.prompt(), each.dtype(), new Detective());
    List<String> places = report.faulty().stream().map(Report.Place::name).toList();
    boolean located = places.equals(List.of("decoder." + each.layer()));
    boolean named =
        report.explanations().stream()
            .anyMatch(said -> said.mistake().contains(each.fault().said()));
    table.add(each.fault().name(), each.dtype(), located, named);
    return located && named
        ? List.of()
        : List.of(each + ": " + ReportText.verdict(report) + report.explanations());
  }

  /** In docs is what all cases came to. */
  private static void requireWritten(String name, FaultTable table, List<Fault> faults)
      throws IOException {
    String page = table.toString();
    Files.writeString(Path.of("target", name + ".md"), page);
    String written = Files.readString(Snippets.page("docs/comparing.md"));
    if (ALL && System.getProperty("isomorph.faults.model") == null)
      assertThat(written)
          .as("docs/comparing.md: its table is target/" + name + ".md")
          .contains(page);
    else for (Fault fault : faults) assertThat(written).contains("| " + fault.name() + " |");
  }

  @Test
  void faultsAreFoundAndNamed() throws IOException {
    FaultTable table = new FaultTable("fault", Fault.all());
    List<String> missed = new ArrayList<>();
    for (Case each : cases(Fault.all(), 5, SAMPLE)) missed.addAll(run(each, table));
    Files.write(Path.of("target", "faults-missed.txt"), missed);
    assertThat(table.located()).isGreaterThanOrEqualTo(0.99);
    assertThat(table.named()).isGreaterThanOrEqualTo(0.8);
    requireWritten("faults", table, Fault.all());
  }

  @Test
  void anEpsilonIsNamedWhereItIsSeen() throws IOException {
    List<Fault> faults = Fault.epsilons();
    FaultTable table = new FaultTable("epsilon", faults);
    List<String> missed = new ArrayList<>();
    for (Case each : cases(faults, 2, SAMPLE / 5)) missed.addAll(run(each, table));
    Files.write(Path.of("target", "epsilons-missed.txt"), missed);
    // What is less than rounding is not seen, and is then no fault anywhere else either.
    assertThat(missed).allMatch(said -> said.contains("same") || said.contains("in one place"));
    assertThat(table.named()).isGreaterThanOrEqualTo(0.9 * table.located());
    requireWritten("epsilons", table, faults);
  }
}
