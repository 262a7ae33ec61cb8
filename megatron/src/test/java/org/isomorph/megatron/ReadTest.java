package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.megatron.Checkpoints.Reference;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.spec.Difference;
import org.isomorph.spec.SpecDiff;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Megatron wrote is the model that it wrote. */
class ReadTest {
  private static final double TOLERANCE = 1e-4;

  static List<Reference> references() {
    return Checkpoints.references();
  }

  @ParameterizedTest
  @MethodSource("references")
  void itBecomesTheOriginalBitForBit(Reference reference, @TempDir Path folder) throws IOException {
    Checkpoint original = Checkpoint.open(reference.original(), Checkpoints.DIALECTS);
    String family = original.dialect().name();

    Plan plan =
        Checkpoints.convert(
            reference.directory(),
            folder.resolve("hf"),
            Checkpoints.with(Checkpoints.to(family), reference.configuration()));

    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
    assertThat(plan.left()).isEmpty();
    Checkpoint written = Checkpoint.open(folder.resolve("hf"), Checkpoints.DIALECTS);
    assertThat(Checkpoints.content(written)).isEqualTo(Checkpoints.content(original));
    assertThat(differences(original, written)).isEmpty();
  }

  /** Arguments do not say which tokens begin and end a text: that is the tokenizer's. */
  private static List<Difference> differences(Checkpoint one, Checkpoint other) {
    return SpecDiff.between(one.model(), other.model()).stream()
        .filter(difference -> !List.of("bos", "eos", "pad").contains(difference.path()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("references")
  void itsArgumentsSayWhatTheOriginalsConfigurationSays(Reference reference, @TempDir Path folder)
      throws IOException {
    Checkpoint original = Checkpoint.open(reference.original(), Checkpoints.DIALECTS);
    Checkpoint stored = reference.open();
    assertThat(differences(original, stored)).isEmpty();
    if (!reference.hasArguments()) return;

    Checkpoints.convert(
        reference.directory(), folder.resolve("hf"), Checkpoints.to(original.dialect().name()));

    Config config = Config.read(folder.resolve("hf/config.json"));
    for (String key :
        List.of(
            "vocab_size",
            "rms_norm_eps",
            "num_attention_heads",
            "num_key_value_heads",
            "hidden_size",
            "intermediate_size",
            "max_position_embeddings",
            "num_hidden_layers"))
      assertThat(config.real(key)).as(key).isEqualTo(original.config().real(key));
    assertThat(Outline.of(stored.model()).heads().headDim())
        .isEqualTo(Outline.of(original.model()).heads().headDim());
    assertThat(config.real("rope_theta")).isEqualTo(Outline.of(original.model()).rope().theta());
    assertThat(config.flag("tie_word_embeddings", false))
        .isEqualTo(original.config().flag("tie_word_embeddings", false));
  }

  @ParameterizedTest
  @MethodSource("references")
  void itComputesWhatTheOriginalComputes(Reference reference) throws IOException {
    SequencedMap<String, Tensor> expected = Safetensors.read(reference.expected());
    Tensor ids = expected.get("input_ids"), logits = expected.get("logits");
    assertThat(ids).isNotNull();
    assertThat(logits).isNotNull();
    try (LoadedModel model = reference.open().load(RunOptions.usual().in(DType.F32))) {
      Tensor found = model.forward(Request.of(Map.of("input_ids", ids))).get("logits");
      assertThat(found.shape()).isEqualTo(logits.shape());
      float[] ours = found.floats(), theirs = logits.floats();
      double greatest = 0, difference = 0;
      for (int i = 0; i < ours.length; i++) {
        greatest = Math.max(greatest, Math.abs(theirs[i]));
        difference = Math.max(difference, Math.abs((double) ours[i] - theirs[i]));
      }
      assertThat(difference / greatest).isCloseTo(0, within(TOLERANCE));
    }
  }

  @ParameterizedTest
  @MethodSource("references")
  void nothingIsLeftOfIt(Reference reference) throws IOException {
    assertThat(reference.open().unknown()).isEmpty();
    assertThat(reference.open().stored().besides()).isEmpty();
    assertThat(Files.exists(reference.directory())).isTrue();
  }
}
