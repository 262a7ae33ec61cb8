package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.moe;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.swiglu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.spec.Model;
import org.isomorph.spec.kotlin.SpecJson;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.TorchValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The second number of a rank's directory is a stage, or where there is one stage a rank of
 * experts. Without arguments what the files hold tells which.
 */
class DirectoryNumbersTest {
  private static final Model MODEL =
      causal("numbers", 19, 16)
          .layers(2, block(rms(1e-6)).attention(gqa(4, 2).rope(100)).ffn(moe(4, 2, swiglu(8))))
          .head(lm().tied(true));

  @TempDir Path folder;

  static Stream<Ask> asks() {
    return Stream.of(
        Ask.tensor(2),
        Ask.tensor(2).stages(2),
        Ask.tensor(2).experts(2),
        Ask.ONE.experts(4),
        Ask.tensor(2).stages(2).experts(2));
  }

  @ParameterizedTest
  @MethodSource("asks")
  void whatFilesHoldTellsWhatTheirNumbersCount(Ask ask) throws IOException {
    Checkpoints.initialise(MODEL, folder.resolve("ranks"), ask, DType.F32, 5);
    Map<String, Content> content = Checkpoints.content(folder.resolve("ranks"));
    withoutArguments();

    assertThat(Checkpoints.content(opened())).isEqualTo(content);
  }

  @ParameterizedTest
  @MethodSource("asks")
  void noneOfThemMayBeMissing(Ask ask) throws IOException {
    Checkpoints.initialise(MODEL, folder.resolve("ranks"), ask, DType.F32, 5);
    withoutArguments();
    for (Path rank : MegatronDirectory.rankDirectories(weights())) {
      Path aside = folder.resolve("aside");
      Files.move(rank, aside);
      assertThatThrownBy(this::opened).as(rank.toString()).hasMessageContaining("missing");
      Files.move(aside, rank);
    }
    assertThat(opened().model().last().depth()).isEqualTo(2);
  }

  @Test
  void ranksOfExpertsMayBeFewerThanOthers() throws IOException {
    Ask ask = Ask.tensor(4).experts(2).expertTensor(2).distributed();
    Model wide =
        causal("wide", 19, 16)
            .layers(2, block(rms(1e-6)).attention(gqa(4, 4).rope(100)).ffn(moe(4, 2, swiglu(8))))
            .head(lm().tied(false));
    Checkpoints.initialise(wide, folder.resolve("ranks"), ask, DType.F32, 5);
    Checkpoints.convert(
        folder.resolve("ranks"), folder.resolve("one"), Checkpoints.to(Ask.tensor(2).experts(2)));
    assertThat(Checkpoints.content(folder.resolve("one")))
        .isEqualTo(Checkpoints.content(folder.resolve("ranks")));
  }

  private Path weights() {
    return folder.resolve("ranks/iter_0000001");
  }

  private Checkpoint opened() throws IOException {
    Path spec = folder.resolve("spec.json");
    Files.writeString(spec, SpecJson.write(MODEL));
    return Checkpoint.open(
        folder.resolve("ranks"), Checkpoints.DIALECTS, Optional.empty(), Optional.of(spec));
  }

  private void withoutArguments() throws IOException {
    for (Path rank : MegatronDirectory.rankDirectories(weights())) {
      Path file = rank.resolve("model_optim_rng.pt");
      Map<String, Content> tensors = Folder.tensors(file, "model");
      Map<String, TorchValue> top = new LinkedHashMap<>();
      top.put("model", Folder.state(tensors, Function.identity()));
      Folder.write(file, new TorchValue.Dict(top), tensors);
    }
  }
}
