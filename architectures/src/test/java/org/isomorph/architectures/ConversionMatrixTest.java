package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Dialect;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reference checkpoint to every family: converted there, run, and converted back, or refused.
 */
class ConversionMatrixTest {
  /** {@code =} exact, {@code ~} the same function with rounded numbers, {@code .} refused. */
  private static final String MATRIX =
      """
                    baichuan bart bert bloom chatglm-6b chatglm2 clip deepseek-v2 deepseek-v3 falcon gemma gemma2 glam glm glm-130b glm4 gpt-neox gpt1 gpt2 llama llama-meta mistral mixtral opt palm phi3 qwen1 qwen2 qwen2-moe qwen3 qwen3-moe roberta switch t5 vit yoco
      llama         =        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     =          =       =       .   .    =    =     =     =         .     .         .       .      .  .   .
      llama3-rope   .        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     .          =       =       .   .    .    .     =     =         .     .         .       .      .  .   .
      reward-llama  .        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     .          =       =       .   .    =    .     =     =         .     .         .       .      .  .   .
      mistral       .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          =       =       .   .    =    .     =     =         .     .         .       .      .  .   .
      mixtral       .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       =       .   .    .    .     .     =         .     .         .       .      .  .   .
      phi3          =        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     =          =       =       .   .    =    =     =     =         .     .         .       .      .  .   .
      gemma         ~        .    .    .     .          .        .    .           .           .      =     .      .    ~   .        .    .        .    .    ~     .          ~       ~       .   .    ~    .     ~     ~         .     .         .       .      .  .   .
      gemma2        .        .    .    .     .          .        .    .           .           .      .     =      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      qwen1         .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    =     .     .         .     .         .       .      .  .   .
      qwen1-long    .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    =     .     .         .     .         .       .      .  .   .
      qwen2         .        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     .          .       .       .   .    .    =     =     =         .     .         .       .      .  .   .
      qwen2-moe     .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     =         .     .         .       .      .  .   .
      qwen3         .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         =     =         .       .      .  .   .
      qwen3-moe     .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     =         .       .      .  .   .
      baichuan1_7b  =        .    .    .     .          .        .    .           .           .      ~     .      .    =   .        .    .        .    .    =     =          =       =       .   .    =    =     =     =         .     .         .       .      .  .   .
      baichuan1_13b =        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      baichuan2_7b  =        .    .    .     .          .        .    .           .           .      ~     .      .    ~   .        .    .        .    .    ~     ~          ~       ~       .   .    ~    ~     ~     ~         .     .         .       .      .  .   .
      baichuan2_13b =        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      gpt2          .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    =    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      bert          .        .    =    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      t5            .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       =      =  .   .
      flan-t5       .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      =  .   .
      deepseek-v2   .        .    .    .     .          .        .    =           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      deepseek-v3   .        .    .    .     .          .        .    .           =           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      bloom         .        .    .    =     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      glm130b       .        .    .    .     .          .        .    .           .           .      .     .      .    .   =        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      chatglm_6b    .        .    .    .     =          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      chatglm2_6b   .        .    .    .     .          =        .    .           .           .      .     .      .    =   .        .    .        .    .    .     .          .       .       .   .    .    =     .     .         .     .         .       .      .  .   .
      chatglm3_6b   .        .    .    .     .          =        .    .           .           .      .     .      .    =   .        .    .        .    .    .     .          .       .       .   .    .    =     .     .         .     .         .       .      .  .   .
      glm           .        .    .    .     .          =        .    .           .           .      .     .      .    =   .        .    .        .    .    .     .          .       .       .   .    .    =     .     .         .     .         .       .      .  .   .
      glm4          .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        =    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      gpt-neox      .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    =        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      opt           .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       =   .    .    .     .     .         .     .         .       .      .  .   .
      gpt1          .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        =    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      roberta       .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         =       .      .  .   .
      bart          .        =    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      switch        .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       =      .  .   .
      vit           .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  =   .
      clip          .        .    .    .     .          .        =    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      falcon-mqa    .        .    .    .     .          .        .    .           .           =      .     .      .    .   .        .    =        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      falcon-new    .        .    .    .     .          .        .    .           .           =      .     .      .    .   .        .    =        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      falcon-rw     .        .    .    .     .          .        .    .           .           =      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      glam          .        .    .    .     .          .        .    .           .           .      .     .      =    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   .
      palm          .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   =    .    .     .     .         .     .         .       .      .  .   .
      yoco          .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   =
      yoco_swa      .        .    .    .     .          .        .    .           .           .      .     .      .    .   .        .    .        .    .    .     .          .       .       .   .    .    .     .     .         .     .         .       .      .  .   =
      """;

  /** Of the greatest absolute value. */
  private static final double TOLERANCE = 1e-4;

  /** What the goldens compute, each run once. */
  private static final Map<String, Outputs> SOURCES = new HashMap<>();

  private static final List<List<String>> CELLS =
      MATRIX.lines().map(line -> Arrays.asList(line.strip().split("\\s+"))).toList();

  static Stream<Arguments> pairs() {
    List<String> targets = CELLS.getFirst();
    return CELLS.stream()
        .skip(1)
        .flatMap(line ->
            IntStream.range(0, targets.size())
                .mapToObj(i -> Arguments.of(line.getFirst(), targets.get(i), line.get(i + 1))));
  }

  @Test
  void theMatrixIsWhole() {
    assertThat(CELLS.getFirst())
        .containsExactlyElementsOf(DIALECTS.all().stream().map(Dialect::name).toList());
    assertThat(CELLS.stream().skip(1).map(List::getFirst)).containsExactlyElementsOf(Goldens.NAMES);
  }

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @MethodSource("pairs")
  void aConversionIsExactOrRoundedOrRefused(
      String golden, String target, String expected, @TempDir Path folder) throws IOException {
    Path source = Goldens.directory(golden), there = folder.resolve("there");
    if (expected.equals(".")) {
      assertRefused(source, there, target);
      return;
    }
    Plan plan = Conversions.convert(source, there, target);
    Checkpoint result = Conversions.assertOpens(there, plan);
    if (!plan.source().dialect().equals(plan.target())) assertComputesTheSame(golden, result);
    assertThat(plan.outcome()).isEqualTo(expected.equals("=") ? Outcome.EXACT : Outcome.ROUNDED);
    if (plan.outcome() == Outcome.EXACT) assertComesBack(source, there, folder.resolve("back"));
  }

  /** On the inputs that the reference was run on, padding among them. */
  private static void assertComputesTheSame(String golden, Checkpoint result) throws IOException {
    Expected expected = Expected.of(golden);
    Outputs source = SOURCES.get(golden);
    if (source == null) {
      source = outputs(Goldens.open(golden), expected);
      SOURCES.put(golden, source);
    }
    Outputs found = outputs(result, expected);
    assertThat(found.values().keySet()).isEqualTo(source.values().keySet()).isNotEmpty();
    source
        .values()
        .forEach((name, value) ->
            assertThat(expected.deviation(name, found.get(name), value))
                .as(name)
                .isCloseTo(0, within(TOLERANCE)));
  }

  private static Outputs outputs(Checkpoint checkpoint, Expected expected) {
    try (LoadedModel model = checkpoint.load(RunOptions.usual().in(DType.F32))) {
      return model.forward(Request.of(expected.inputs()));
    }
  }

  private static void assertRefused(Path source, Path there, String target) {
    assertThatThrownBy(() -> Conversions.convert(source, there, target))
        .isInstanceOfSatisfying(
            ConversionRefused.class,
            refused ->
                assertThat(refused.reasons())
                    .isNotEmpty()
                    .allSatisfy(reason -> assertThat(reason).isNotBlank().doesNotContain("null")));
    assertThat(there).doesNotExist();
    assertThat(there.resolveSibling("there.partial")).doesNotExist();
  }

  /** Back in its own family, every tensor is bit for bit what it was. */
  private static void assertComesBack(Path source, Path there, Path back) throws IOException {
    Plan plan = Conversions.convert(there, back, Goldens.open(source).dialect().name());
    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
    Conversions.assertOpens(back, plan);
    assertThat(Conversions.tensors(back)).isEqualTo(Conversions.tensors(source));
  }

  static Stream<Arguments> olderSpellings() {
    return pairs()
        .filter(pair -> !pair.get()[2].equals("."))
        .filter(pair -> Goldens.configurations((String) pair.get()[0]).size() > 1);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("olderSpellings")
  void eitherSpellingOfASourceGivesTheSameFiles(
      String golden, String target, String expected, @TempDir Path folder) throws IOException {
    Path source = Goldens.directory(golden), older = folder.resolve("older");
    Files.createDirectory(older);
    Files.copy(source.resolve("model.safetensors"), older.resolve("model.safetensors"));
    Files.copy(source.resolve("config.v4.json"), older.resolve("config.json"));

    Path fromNew = folder.resolve("from-new"), fromOld = folder.resolve("from-old");
    Plan plan = Conversions.convert(source, fromNew, target);
    Plan again = Conversions.convert(older, fromOld, target);
    assertThat(Conversions.tensors(fromOld)).isEqualTo(Conversions.tensors(fromNew));
    // Within a family the spelling is kept, across families the older is written.
    if (plan.source().dialect().equals(plan.target())) {
      assertThat(Files.readString(fromOld.resolve("config.json")))
          .contains("torch_dtype")
          .doesNotContain("rope_parameters");
    } else {
      assertThat(again.config()).isEqualTo(plan.config());
    }
  }
}
