package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;

/** What holds for every set of tensors. */
class SafetensorsLaws {
  @Property(tries = 100)
  void whatIsWrittenIsRead(
      @ForAll("tensors") List<TensorInfo> tensors,
      @ForAll("metadata") Map<String, String> metadata,
      @ForAll Random random)
      throws IOException {
    Path path = Files.createTempFile("laws", ".safetensors");
    try {
      Map<String, byte[]> data = new HashMap<>();
      SafetensorsLayout layout = SafetensorsLayout.of(tensors, metadata);
      try (SafetensorsWriter writer = SafetensorsWriter.create(path, layout)) {
        List<TensorInfo> shuffled = new ArrayList<>(tensors);
        Collections.shuffle(shuffled, random);
        for (TensorInfo tensor : shuffled) {
          byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
          random.nextBytes(bytes);
          data.put(tensor.name(), bytes);
          int cut = random.nextInt(bytes.length + 1);
          MemorySegment all = MemorySegment.ofArray(bytes);
          writer.write(tensor.name(), all.asSlice(0, cut));
          writer.write(tensor.name(), all.asSlice(cut));
        }
      }
      try (SafetensorsFile file = SafetensorsFile.open(path);
          Arena arena = Arena.ofConfined()) {
        assertThat(file.metadata()).isEqualTo(metadata);
        assertThat(file.tensors().values()).containsExactlyElementsOf(layout.at(path));
        assertThat(file.tensors().values())
            .extracting(StoredTensor::info)
            .containsExactlyInAnyOrderElementsOf(tensors);
        for (TensorInfo tensor : tensors) {
          assertThat(file.map(tensor.name(), arena).toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(data.get(tensor.name()))
              .isEqualTo(file.read(tensor.name(), arena).toArray(ValueLayout.JAVA_BYTE));
        }
      }
    } finally {
      Files.deleteIfExists(path);
    }
  }

  @Property(tries = 300)
  void aLayoutIsAlignedAndWithoutHoles(@ForAll("tensors") List<TensorInfo> tensors) {
    SafetensorsLayout layout = SafetensorsLayout.of(tensors);
    long position = layout.dataBegin();
    for (SafetensorsLayout.Range range : layout.ranges().values()) {
      assertThat(range.begin()).isEqualTo(position);
      position = range.end();
    }
    assertThat(position).isEqualTo(layout.fileSize());
    assertThat(layout.at(Path.of("x"))).allMatch(StoredTensor::aligned);
  }

  @Property(tries = 300)
  void aShardPlanHasEachTensorOnceAndKeepsTheBound(
      @ForAll("tensors") List<TensorInfo> tensors,
      @ForAll @IntRange(min = 1, max = 4096) int bound) {
    ShardPlan plan = ShardPlan.of(tensors, bound);
    List<TensorInfo> planned = new ArrayList<>();
    for (SafetensorsLayout layout : plan.files().values()) {
      layout.ranges().values().forEach(range -> planned.add(range.info()));
      long bytes = layout.fileSize() - layout.dataBegin();
      assertThat(bytes <= bound || layout.ranges().size() == 1).isTrue();
    }
    assertThat(planned).containsExactlyInAnyOrderElementsOf(tensors);
    plan.index()
        .ifPresent(index ->
            assertThat(
                    SafetensorsIndex.parse(
                        Path.of("i"), index.toJson().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(index));
  }

  @Provide
  Arbitrary<List<TensorInfo>> tensors() {
    Arbitrary<TensorInfo> tensor =
        Combinators.combine(
                text().filter(name -> Names.problem(name).isEmpty()),
                Arbitraries.of(DType.class),
                Arbitraries.longs().between(0, 9).array(long[].class).ofMaxSize(4))
            .as((name, dtype, shape) -> new TensorInfo(name, dtype, whole(dtype, shape)));
    return tensor.list().ofMaxSize(20).uniqueElements(TensorInfo::name);
  }

  /** The shape, made to fill whole bytes: four elements of 6 bits do, as do four of 4 bits. */
  private static Shape whole(DType dtype, long[] shape) {
    if (dtype.addressable()) return Shape.of(shape);
    if (shape.length == 0) return Shape.of(4);
    return Shape.of(shape).with(-1, shape[shape.length - 1] * 4);
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    Arbitrary<String> text = text().filter(value -> Names.textProblem(value).isEmpty());
    return Arbitraries.maps(text, text).ofMaxSize(4);
  }

  private static Arbitrary<String> text() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(12),
        Arbitraries.strings().withChars("aw.\"\\/\b\n\u00e9\u007f\u2028").ofMaxLength(12),
        Arbitraries.of("\ud83d\ude00", "model.layers.0.mlp.weight"));
  }
}
