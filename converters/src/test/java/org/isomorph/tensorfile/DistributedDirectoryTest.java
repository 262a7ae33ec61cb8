package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of torch and of Megatron hold what torch reads from them, bit for bit. */
class DistributedDirectoryTest {
  @TempDir Path folder;

  private static DistributedDirectory open(String name) throws IOException {
    return DistributedDirectory.open(Crafted.reference("distributed/" + name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "megatron-lm", "megatron-core"})
  void everyTensorIsWhatTorchReads(String name) throws Exception {
    List<String> found = new ArrayList<>();
    for (DistributedTensor tensor : open(name).tensors().values())
      found.add(
          "%s %s %s %s"
              .formatted(
                  tensor.info().name(),
                  TorchTypes.name(tensor.info().dtype()).orElseThrow(),
                  tensor.info().shape(),
                  HexFormat.of()
                      .formatHex(
                          MessageDigest.getInstance("SHA-256").digest(Assembled.of(tensor)))));
    assertThat(found)
        .isEqualTo(Files.readAllLines(Crafted.reference("distributed/" + name + ".txt")));
  }

  @Test
  void chunksSayWhichPartTheyAre() throws IOException {
    DistributedTensor projection =
        open("megatron-lm").tensors().get("decoder.layers.self_attention.linear_proj.weight");
    assertThat(projection.info().shape()).hasToString("[4, 64, 64]");
    assertThat(projection.chunks()).hasSize(8);
    assertThat(projection.chunks().get(3).window()).hasToString("[1:2, 0:64, 32:64]");
    assertThat(projection.chunks().get(3).tensor().storage().file()).hasFileName("__1_0.distcp");
  }

  @Test
  void valuesAreReadWhenAskedFor() throws IOException {
    DistributedDirectory torch = open("torch");
    assertThat(torch.bytesItems()).containsExactly("step", "note", "rates");
    assertThat(torch.bytesItem("step")).isEqualTo(new PickleValue.Int(7));
    assertThat(torch.bytesItem("note")).isEqualTo(new PickleValue.Text("text"));
    assertThat(torch.bytesItem("rates").sequence().orElseThrow())
        .containsExactly(
            new PickleValue.Real(0.5), PickleValue.None.NONE, new PickleValue.Bool(true));
    // Megatron wraps what it calls an object in a list.
    PickleValue common =
        open("megatron-core")
            .bytesItem("common_state/shard_0_1")
            .sequence()
            .orElseThrow()
            .getFirst();
    assertThat(((Dict) common).byText()).containsOnlyKeys("checkpoint_version", "iteration");
    assertThatThrownBy(() -> torch.bytesItem("stop"))
        .isInstanceOf(TensorFileException.class)
        .hasMessageEndingWith(
            "no item \"stop\" among the 3 that are no tensors; did you mean \"step\"?");
  }

  @Test
  void whatLiesBesideItIsAnOrdinaryTorchFile() throws IOException {
    TorchFile common =
        TorchFile.read(Crafted.reference("distributed/megatron-lm").resolve("common.pt"));
    Instance settings = (Instance) ((Dict) common.value()).get("args").orElseThrow();
    assertThat(settings.isOf("argparse", "Namespace")).isTrue();
    assertThat(settings.attribute("num_layers")).contains(new PickleValue.Int(4));
  }

  @Test
  void aDirectoryWithoutMetadataIsRefused() {
    assertThat(DistributedDirectory.isIn(folder)).isFalse();
    assertThatThrownBy(() -> DistributedDirectory.open(folder))
        .isInstanceOf(TensorFileException.class)
        .hasMessage(
            folder
                + ": expected a file .metadata, as torch.distributed.checkpoint writes it last; fetch it, or save the checkpoint again");
  }
}
