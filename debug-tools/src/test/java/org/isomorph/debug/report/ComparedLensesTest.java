package org.isomorph.debug.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.debug.Lens;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.debug.hypothesis.Family;
import org.isomorph.debug.recording.Recorder;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Subject;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both sides would predict, where one of them is a recording, or the prompt is long. */
class ComparedLensesTest {
  private static final Family FAMILY = Family.llama();
  private static final Map<String, Tensor> INPUTS =
      Comparison.inputs(FAMILY.model(), 1, 5, 9, 3, 7, 11);

  @TempDir Path folder;

  private static Side.Running running() {
    return new Side.Running(
        "model",
        Subject.of(FAMILY.model(), Family.stored(FAMILY.model(), FAMILY.weights(), DType.F32)),
        Optional.empty());
  }

  private Side recorded(String... globs) throws IOException {
    Path file = folder.resolve("recorded.safetensors");
    Recorder.record(
        running().subject(), INPUTS, List.of(globs), file, "a test", ProgressListener.NONE);
    return Side.find(file.toString(), Dialects.load(getClass().getClassLoader()));
  }

  private static ReportPage page(Side a, Side b, Map<String, Tensor> inputs, Budget budget) {
    ModelComparison comparison = ModelComparison.of(a, b).inputs(inputs);
    return ReportPage.of(
        Pages.MADE,
        comparison,
        id -> "<" + id + ">",
        comparison.run(ProgressListener.NONE),
        budget);
  }

  private static List<String> notes(ReportPage page) {
    return page.findings().notes().stream().map(Findings.Note::text).toList();
  }

  @Test
  void theOtherSidesHeadReadsARecording() throws IOException {
    Side recorded = recorded();
    for (boolean first : new boolean[] {true, false}) {
      ReportPage page =
          first
              ? page(recorded, running(), Map.of(), Budget.USUAL)
              : page(running(), recorded, Map.of(), Budget.USUAL);
      LensPair both = page.findings().lenses().orElseThrow();
      assertThat(notes(page))
          .containsExactly(
              recorded.name()
                  + " is a recording: its states are read by the norm and the head of model");
      assertThat(both.a().layers()).hasSameSizeAs(both.b().layers());
      for (int state = 0; state < both.a().layers().size(); state++) {
        Lens.State a = both.a().layers().get(state), b = both.b().layers().get(state);
        for (int cell = 0; cell < 6; cell++) {
          assertThat(a.cells().get(cell).best().id()).isEqualTo(b.cells().get(cell).best().id());
          assertThat(a.cells().get(cell).finalRank()).isEqualTo(b.cells().get(cell).finalRank());
        }
      }
    }
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    Side few = recorded("decoder.0..2.out", "decoder.0.in", "decoder.4.out");
    assertThat(notes(page(few, running(), Map.of(), Budget.USUAL)))
        .singleElement()
        .asString()
        .startsWith("the lenses of both are not shown: decoder.3.out was not recorded by ");
    Side all = recorded();
    assertThat(notes(page(all, all, Map.of(), Budget.USUAL)))
        .containsExactly(
            "the lenses of both are not shown: both are recordings: there is no head to read their"
                + " states");
  }

  @Test
  void ofALongPromptTheLastTokensAreShown() {
    ReportPage page = page(running(), running(), INPUTS, new Budget(2_000_000, 256, 48, 5));
    assertThat(notes(page)).containsExactly("the lenses show the last 4 of 6 tokens");
    LensPair both = page.findings().lenses().orElseThrow();
    assertThat(both.a().layers().getFirst().cells())
        .extracting(cell -> cell.token().index())
        .containsExactly(2, 3, 4, 5);
  }
}
