package org.isomorph.debug.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.CheckpointWeights;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Report;
import org.isomorph.proof.Rows;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.Weights;
import org.isomorph.tensor.Tensor;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What transformers computes, recorded by samples/record.py, beside our models of many structures:
 * every recorded value is ours, the models compute the same, and a fault is found where it is.
 *
 * <p>record.sh beside the recordings makes them, and those of all families for {@code
 * -Disomorph.recordings=DIR}.
 */
class FamiliesOfRecordingsTest {
  private static final Dialects FAMILIES =
      Dialects.load(FamiliesOfRecordingsTest.class.getClassLoader());
  private static final Path GOLDENS =
      Snippets.page("architectures/src/test/resources/goldens/llama").getParent();

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> transformersIsAReferenceOf() throws IOException {
    String directory = System.getProperty("isomorph.recordings");
    Path recordings =
        directory == null
            ? Snippets.page("debug-tools/src/test/resources/recordings/llama.safetensors")
                .getParent()
            : Path.of(directory);
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(recordings)) {
      all.filter(each -> each.toString().endsWith(".safetensors")).sorted().forEach(files::add);
    }
    assertThat(files).hasSizeGreaterThan(10);
    return files.stream()
        .map(file -> {
          String name = file.getFileName().toString().replace(".safetensors", "");
          return DynamicTest.dynamicTest(name, () -> check(file, name));
        });
  }

  private void check(Path file, String name) throws IOException {
    Checkpoint golden = Checkpoint.open(GOLDENS.resolve(name), FAMILIES);
    Side recorded = Side.find(file.toString(), FAMILIES);
    Report same = compared(recorded, running(golden, CheckpointWeights.of(golden)));
    assertThat(same.outcome()).as("%s", same).isEqualTo(Report.Outcome.SAME);
    assertThat(same.unseen()).isEmpty();
    assertThat(compared(recorded, recorded).outcome()).isEqualTo(Report.Outcome.SAME);
    values(golden, Recording.open(file), name);
    String layer = golden.model().last().name() + ".1";
    Report wrong = compared(recorded, running(golden, flipped(golden, layer + ".attn.o.weight")));
    assertThat(wrong.faulty()).extracting(Report.Place::name).containsExactly(layer);
    assertThat(wrong.fault().orElseThrow().value()).isEqualTo(layer + ".attn.out");
    assertThat(wrong.explanations().getFirst().mistake()).contains("flipped");
  }

  /** Every point that was recorded is the one that we mean by its name. */
  private void values(Checkpoint golden, Recording theirs, String name) throws IOException {
    Path file = folder.resolve(name + ".safetensors");
    Subject subject = Subject.of(golden);
    Recorder.record(
        subject, theirs.inputs(), theirs.names(), file, "a test", ProgressListener.NONE);
    Recording ours = Recording.open(file);
    assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
    Rows rows = Rows.of(theirs.inputs());
    for (String value : theirs.names()) {
      Tensor one = theirs.read(value), two = ours.read(value);
      assertThat(two.shape()).as(value).isEqualTo(one.shape());
      if (one.shape().rank() == 3)
        assertThat(rows.between(one, two).greatest()).as(value).isLessThan(1e-5);
      // Of padding, transformers and we look at other things.
      else if (!isPadded(theirs.inputs()))
        assertThat(apart(one.floats(), two.floats())).as(value).isLessThan(1e-5);
    }
  }

  private static boolean isPadded(Map<String, Tensor> inputs) {
    Tensor mask = inputs.get("attention_mask");
    return mask != null && Arrays.stream(mask.longs()).anyMatch(each -> each == 0);
  }

  private static double apart(float[] one, float[] two) {
    double apart = 0, greatest = 0;
    for (int at = 0; at < one.length; at++) {
      apart = Math.max(apart, Math.abs((double) one[at] - two[at]));
      greatest = Math.max(greatest, Math.abs(one[at]));
    }
    return apart / greatest;
  }

  private static Weights flipped(Checkpoint golden, String parameter) {
    Weights right = CheckpointWeights.of(golden);
    Tensor before = right.find(parameter).tensor();
    float[] values = before.floats();
    for (int at = 0; at < values.length; at++) values[at] = -values[at];
    Weights wrong = Weights.of(Map.of(parameter, Tensor.ofFloats(before.shape(), values)));
    return name -> name.equals(parameter) ? wrong.find(name) : right.find(name);
  }

  private static Side.Running running(Checkpoint golden, Weights weights) {
    return new Side.Running("golden", Subject.of(golden.model(), weights), Optional.empty());
  }

  private static Report compared(Side one, Side two) {
    return ModelComparison.of(one, two).run(ProgressListener.NONE);
  }
}
