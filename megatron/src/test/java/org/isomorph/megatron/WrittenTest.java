package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isomorph.megatron.Checkpoints.Reference;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.Window;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From the original, the same is written as Megatron wrote. */
class WrittenTest {
  static Stream<Reference> ranks() {
    return Checkpoints.references().stream()
        .filter(reference -> reference.ask().format() == MegatronFormat.TORCH);
  }

  static Stream<Reference> distributed() {
    return Checkpoints.references().stream()
        .filter(reference -> reference.ask().format() == MegatronFormat.TORCH_DIST);
  }

  private static Path written(Reference reference, Path folder) throws IOException {
    Path there = folder.resolve("there");
    Checkpoints.convert(reference.original(), there, Checkpoints.to(reference.ask()));
    assertThat(there.resolve("latest_checkpointed_iteration.txt"))
        .hasSameTextualContentAs(
            reference.directory().resolve("latest_checkpointed_iteration.txt"));
    return there.resolve("iter_0000001");
  }

  // ---- torch

  @ParameterizedTest
  @MethodSource("ranks")
  void eachRankHasWhatMegatronGaveIt(Reference reference, @TempDir Path folder) throws IOException {
    Path ours = written(reference, folder);
    Path theirs = reference.directory().resolve("iter_0000001");

    assertThat(files(ours)).isEqualTo(files(theirs)).isNotEmpty();
    for (String file : files(theirs)) {
      List<Map<String, PickleValue>> chunks = chunks(ours.resolve(file));
      List<Map<String, PickleValue>> expected = chunks(theirs.resolve(file));
      assertThat(chunks).as(file).hasSameSizeAs(expected);
      for (int pass = 0; pass < expected.size(); pass++) {
        assertThat(List.copyOf(chunks.get(pass).keySet()))
            .as("the names in %s, in their order", file)
            .isEqualTo(List.copyOf(expected.get(pass).keySet()));
        long rank = Long.parseLong(file.substring("mp_rank_".length(), "mp_rank_".length() + 2));
        for (String name : expected.get(pass).keySet())
          assertAlike(
              tensor(ours.resolve(file), name, chunks.get(pass)),
              tensor(theirs.resolve(file), name, expected.get(pass)),
              reference.vocabulary(),
              rank,
              file + ": " + name);
      }
    }
  }

  private static void assertAlike(
      List<Content> ours, List<Content> theirs, long vocabulary, long rank, String name) {
    if (!isVocabulary(name)) {
      assertThat(ours).as(name).isEqualTo(theirs);
      return;
    }
    long share = theirs.getFirst().shape().dim(0);
    long rows = Math.clamp(vocabulary - rank * share, 0, share);
    assertThat(ours.getFirst().shape()).as(name).isEqualTo(theirs.getFirst().shape());
    assertThat(ours.getFirst().rows(rows)).as(name).isEqualTo(theirs.getFirst().rows(rows));
    assertThat(ours.getFirst().isZeroFrom(rows)).as("padding of " + name).isTrue();
  }

  private static boolean isVocabulary(String name) {
    return name.endsWith("word_embeddings.weight") || name.endsWith("output_layer.weight");
  }

  private static Set<String> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(".pt"))
          .map(path -> directory.relativize(path).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** All that is called model, model0, and so on: tensors, and states that are none. */
  private static List<Map<String, PickleValue>> chunks(Path file) throws IOException {
    Dict top = (Dict) TorchFile.read(file).value();
    List<Map<String, PickleValue>> chunks = new ArrayList<>();
    top.byText()
        .forEach((name, value) -> {
          if (name.startsWith("model")) chunks.add(((Dict) value).byText());
        });
    return chunks;
  }

  /** One, or none where there is a state of 8-bit training that is none. */
  private static List<Content> tensor(Path file, String name, Map<String, PickleValue> chunk)
      throws IOException {
    PickleValue value = chunk.get(name);
    if (value == null || PickleValue.None.NONE.equals(value)) return List.of();
    return List.of(Content.of(TorchFile.read(file).tensor(name, value)));
  }

  // ---- torch_dist

  @ParameterizedTest
  @MethodSource("distributed")
  void eachTensorHasTheChunksThatMegatronGaveIt(Reference reference, @TempDir Path folder)
      throws IOException {
    DistributedDirectory ours = DistributedDirectory.open(written(reference, folder));
    DistributedDirectory theirs =
        DistributedDirectory.open(reference.directory().resolve("iter_0000001"));

    assertThat(ours.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(theirs.tensors().keySet());
    for (Map.Entry<String, DistributedTensor> each : theirs.tensors().entrySet()) {
      DistributedTensor found = ours.tensors().get(each.getKey()), expected = each.getValue();
      assertThat(found).isNotNull();
      assertThat(windows(found)).as(each.getKey()).isEqualTo(windows(expected));
      assertAlike(
          List.of(Content.of(found)),
          List.of(Content.of(expected)),
          reference.vocabulary(),
          0,
          each.getKey());
    }
    assertThat(states(ours)).isEqualTo(states(theirs));
  }

  private static Map<Window, Long> windows(DistributedTensor tensor) {
    Map<Window, Long> windows = new LinkedHashMap<>();
    for (DistributedTensor.Chunk chunk : tensor.chunks())
      windows.merge(chunk.window(), 1L, Long::sum);
    return windows;
  }

  /** The states of 8-bit training, which a program that goes on asks for by name. */
  private static Set<String> states(DistributedDirectory directory) {
    return directory.bytesItems().stream()
        .filter(name -> name.contains("_extra_state"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
