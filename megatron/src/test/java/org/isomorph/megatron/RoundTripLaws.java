package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.SpecDiff;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/** Whatever the model and however it is spread: there, across and back, bit for bit. */
class RoundTripLaws {
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void argumentsSayAllOfAModel(@ForAll(supplier = Randoms.Any.class) Randoms randoms) {
    Expression.Expressed expressed = expressed(randoms);
    assertThat(SpecDiff.between(randoms.model(), expressed.model())).isEmpty();
    assertThat(
            SpecDiff.between(
                randoms.model(),
                Checkpoints.MEGATRON.spec(expressed.config(), TensorInfos.UNKNOWN)))
        .isEmpty();
  }

  private static Expression.Expressed expressed(Randoms randoms) {
    return switch (Expression.of(Checkpoints.MEGATRON, randoms.model(), Spelling.BEFORE_5)) {
      case Expression.Expressed yes -> yes;
      case Expression.Refused no ->
          throw new AssertionError(randoms.model() + " is refused: " + no.reasons());
    };
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void fromLayoutToLayoutAndBackNothingChanges(
      @ForAll(supplier = Randoms.Any.class) Randoms randoms) throws IOException {
    Path folder = Files.createTempDirectory("megatron-laws");
    try {
      Path one = folder.resolve("one"), other = folder.resolve("other");
      Checkpoints.initialise(randoms.model(), one, randoms.one(), DType.BF16, 7);
      Checkpoint first = Checkpoint.open(one, Checkpoints.DIALECTS);
      assertThat(SpecDiff.between(randoms.model(), first.model())).isEmpty();

      Plan plan = Checkpoints.convert(one, other, Checkpoints.to(randoms.other()));
      Checkpoints.convert(other, folder.resolve("back"), Checkpoints.to(randoms.one()));

      assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
      assertThat(plan.left()).isEmpty();
      Checkpoint second = Checkpoint.open(other, Checkpoints.DIALECTS);
      assertThat(SpecDiff.between(randoms.model(), second.model())).isEmpty();
      assertThat(Checkpoints.content(second)).isEqualTo(Checkpoints.content(first));
      SortedMap<String, ByteBuffer> written = bytes(one), again = bytes(folder.resolve("back"));
      assertThat(again.keySet()).isEqualTo(written.keySet());
      written.forEach((file, bytes) ->
          assertThat(bytes.equals(again.get(file))).as("the bytes of " + file).isTrue());
      long vocabulary = randoms.model().tokens().orElseThrow().vocabulary();
      assertPaddingIsZero(one, vocabulary);
      assertPaddingIsZero(other, vocabulary);
    } finally {
      Folder.delete(folder);
    }
  }

  private static SortedMap<String, ByteBuffer> bytes(Path directory) throws IOException {
    SortedMap<String, ByteBuffer> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        bytes.put(directory.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
    }
    return bytes;
  }

  // ---- padding

  private static void assertPaddingIsZero(Path directory, long vocabulary) throws IOException {
    Path weights = directory.resolve("iter_0000001");
    if (DistributedDirectory.isIn(weights)) {
      for (Map.Entry<String, DistributedTensor> each :
          DistributedDirectory.open(weights).tensors().entrySet())
        if (isVocabulary(each.getKey()))
          assertThat(Content.of(each.getValue()).isZeroFrom(vocabulary)).isTrue();
      return;
    }
    for (Path rank : MegatronDirectory.rankDirectories(weights)) {
      TorchFile file = TorchFile.read(rank.resolve("model_optim_rng.pt"));
      long number = Long.parseLong(rank.getFileName().toString().substring(8, 10));
      for (Map.Entry<String, PickleValue> top : ((Dict) file.value()).byText().entrySet())
        if (top.getKey().startsWith("model"))
          for (Map.Entry<String, PickleValue> each : ((Dict) top.getValue()).byText().entrySet())
            if (isVocabulary(each.getKey())) {
              Content part = Content.of(file.tensor(each.getKey(), each.getValue()));
              long share = part.shape().dim(0);
              long rows = Math.clamp(vocabulary - number * share, 0, share);
              assertThat(part.isZeroFrom(rows)).isTrue();
            }
    }
  }

  private static boolean isVocabulary(String name) {
    return name.endsWith("word_embeddings.weight") || name.endsWith("output_layer.weight");
  }
}
