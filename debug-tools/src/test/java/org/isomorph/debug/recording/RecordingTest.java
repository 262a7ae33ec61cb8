package org.isomorph.debug.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.debug.hypothesis.Family;
import org.isomorph.debug.hypothesis.Fault;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Report;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.isomorph.tensorfile.SafetensorsLayout;
import org.isomorph.tensorfile.SafetensorsWriter;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingTest {
  private static final Dialects FAMILIES = Dialects.load(RecordingTest.class.getClassLoader());

  @TempDir Path folder;
  private int files;

  private static Side.Running running(Family family) {
    Weights weights = Family.stored(family.model(), family.weights(), DType.F32);
    return new Side.Running("model", Subject.of(family.model(), weights), Optional.empty());
  }

  private Side recorded(Family family, DType dtype, String... globs) throws IOException {
    Path file = folder.resolve(files++ + ".safetensors");
    Recorder.record(
        running(family).subject().in(dtype),
        Comparison.inputs(family.model(), Family.prompt(2)),
        List.of(globs),
        file,
        "a test",
        ProgressListener.NONE);
    assertThat(Files.list(folder)).noneMatch(each -> each.toString().endsWith(".spool"));
    return Side.find(file.toString(), FAMILIES);
  }

  private static Report compared(Side one, Side two) {
    return ModelComparison.of(one, two).run(ProgressListener.NONE);
  }

  @Test
  void aRecordingIsWhatTheModelComputes() throws IOException {
    for (Family family : Family.all()) {
      Side side = recorded(family, DType.F32), half = recorded(family, DType.BF16);
      Report exact = compared(side, running(family));
      assertThat(exact.outcome()).isEqualTo(Report.Outcome.SAME);
      assertThat(exact.places()).allMatch(place -> place.local().isNone() && place.isForced());
      assertThat(compared(running(family), half).outcome()).isEqualTo(Report.Outcome.SAME);
      assertThat(compared(side, side).outcome()).isEqualTo(Report.Outcome.SAME);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gate and up swapped, F32",
    "gate and up swapped, BF16",
    "two heads of queries swapped, F32",
    "a row of the down projection zeroed, F32",
    "a window that is not there, BF16",
    "another rotary base, F32"
  })
  void aMistakeIsNamedByWhatIsComputed(String name, DType dtype) throws IOException {
    Family family = Family.llama();
    Fault fault =
        Fault.all().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    Side wrong = recorded(fault.of(family, 3).orElseThrow(), dtype);
    Report report = compared(wrong, running(family));
    assertThat(report.faulty()).extracting(Report.Place::name).containsExactly("decoder.3");
    assertThat(report.explanations()).hasSize(1);
    assertThat(report.explanations().getFirst().mistake()).contains(fault.said());
    Report both = compared(recorded(family, DType.F32), wrong);
    assertThat(both.outcome()).isEqualTo(Report.Outcome.ONE_PLACE);
    assertThat(both.fault().orElseThrow().value()).startsWith("decoder.3.");
  }

  @Test
  void aRecordingByTransformersIsTheSame() throws IOException {
    // Made by samples/record.py of this checkpoint, with --ids 5,17,3,60,9,41,22,8.
    Path golden = Snippets.page("architectures/src/test/resources/goldens/llama");
    Path recording = Snippets.page("debug-tools/src/test/resources/recordings/llama.safetensors");
    Side one = Side.find(recording.toString(), FAMILIES);
    assertThat(one.toString()).contains("transformers");
    Report report = compared(one, Side.find(golden.toString(), FAMILIES));
    assertThat(report.outcome()).isEqualTo(Report.Outcome.SAME);
    assertThat(report.places()).hasSize(5).allMatch(Report.Place::isForced);
    assertThat(report.unseen()).isEmpty();
  }

  @Test
  void whatWasNotRecordedIsSaid() throws IOException {
    Family family = Family.llama();
    Side some = recorded(family, DType.F32, "decoder.1..2.out");
    Report report = compared(some, running(family));
    assertThat(report.outcome()).isEqualTo(Report.Outcome.SAME);
    assertThat(report.unseen())
        .containsExactly("inputs", "decoder.0", "decoder.3", "decoder.4", "heads");
    assertThatThrownBy(() -> ((Side.Recorded) some).recording().read("decoder.4.out"))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("decoder.4.out was not recorded; there are 2 values");
    Side other = recorded(family, DType.F32, "decoder.3.attn.q");
    assertThat(compared(some, other).reasons())
        .containsExactly("the recordings have no value in common");
  }

  @Test
  void otherTokensAndVocabulariesAreNotCompared() throws IOException {
    Family family = Family.llama();
    Side side = recorded(family, DType.F32);
    Map<String, Tensor> others = Comparison.inputs(family.model(), 1, 2, 3);
    Report report =
        ModelComparison.of(side, running(family)).inputs(others).run(ProgressListener.NONE);
    assertThat(report.outcome()).isEqualTo(Report.Outcome.NOT_COMPARABLE);
    assertThat(report.reasons().getFirst())
        .isEqualTo("other tokens: input_ids is [1, 26] in the first, [1, 3] in the second");
    Model smaller =
        causal("smaller", 40, 64)
            .layers(5, block(rms(1e-5)).attention(gqa(8, 4).rope(10_000)).ffn(swiglu(96)))
            .head(lm());
    Side small =
        new Side.Running(
            "small", Subject.of(smaller, Weights.random(smaller, 1)), Optional.empty());
    assertThat(compared(side, small).reasons().getFirst())
        .contains("another vocabulary: it holds token ", ", the model has 40 tokens");
  }

  @Test
  void whatIsNoRecordingIsRefused() throws IOException {
    Path plain = folder.resolve("plain.safetensors");
    Safetensors.write(plain, new LinkedHashMap<>(Map.of("x", Tensor.ofFloats(Shape.of(1), 1))));
    assertThatThrownBy(() -> Recording.open(plain))
        .hasMessageContaining("expected a recording, found a safetensors file without a manifest");
    assertThatThrownBy(() -> Recording.open(folder.resolve("nothing.safetensors")))
        .hasMessageContaining("found no such file");
    String head = "{\"schema\": 1, \"producer\": \"p\", \"model\": \"m\", \"inputs\": [], ";
    assertThatThrownBy(() -> Recording.open(with("no json")))
        .hasMessageContaining("the manifest is no JSON");
    assertThatThrownBy(() -> Recording.open(with("{\"schema\": 7}")))
        .hasMessageContaining("expected a manifest of schema 1, found 7");
    assertThatThrownBy(() -> Recording.open(with(head + "\"values\": [], \"dtype\": \"F3\"}")))
        .hasMessageContaining("expected F32, found F3");
    assertThatThrownBy(() -> Recording.open(with(head + "\"values\": [3], \"dtype\": \"F32\"}")))
        .hasMessageContaining("the manifest's values are not all texts");
    assertThatThrownBy(
            () -> Recording.open(with(head + "\"values\": [\"logits\"], \"dtype\": \"F32\"}")))
        .hasMessageContaining("speaks of logits, and the file has no such tensor");
  }

  private Path with(String manifest) throws IOException {
    Path file = folder.resolve("broken.safetensors");
    SafetensorsLayout layout = SafetensorsLayout.of(List.of(), Map.of(Manifest.KEY, manifest));
    SafetensorsWriter.create(file, layout).close();
    return file;
  }
}
