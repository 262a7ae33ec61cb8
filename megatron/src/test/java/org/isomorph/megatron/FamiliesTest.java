package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.groupedRouter;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.moe;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.swiglu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Router;
import org.isomorph.spec.Router.Grouped.Score;
import org.isomorph.spec.SpecDiff;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reference checkpoint to Megatron's ranks and back, or the reasons why not. */
class FamiliesTest {
  private static final Path GOLDENS = Path.of("../architectures/src/test/resources/goldens");

  /** {@code =} exact, {@code ~} rounded, or what the reasons speak of. */
  private static final String FAMILIES =
      """
      llama         =
      llama3-rope   attention positions scaling trained: 16 in the model, 8192 in megatron
      reward-llama  reward head: reward() in the model, none in megatron
      mistral       =
      mixtral       =
      phi3          =
      gemma         feed-forward layer: geglu(48) in the model
      gemma2        attention softcap: 50 in the model, none in megatron
      qwen1         attention log-n scaling: 64 in the model, none in megatron
      qwen1-long    attention log-n scaling: 4 in the model, none in megatron
      qwen2         =
      qwen2-moe     =
      qwen3         =
      qwen3-moe     =
      baichuan1_7b  =
      baichuan1_13b attention positions: ALiBi in the model, none in megatron
      baichuan2_7b  ~
      baichuan2_13b attention positions: ALiBi in the model, none in megatron
      gpt2          =
      bert          encoder mask: bidirectional in the model, causal in megatron
      t5            tower encoder: 3 layers, 32 wide in the model, none in megatron
      flan-t5       tower encoder: 3 layers, 32 wide in the model, none in megatron
      deepseek-v2   =
      deepseek-v3   moe_router_group_topk: expected 1, half of the 2 experts a token
      bloom         attention positions: ALiBi in the model, none in megatron
      glm130b       decoder mask: prefix(before(BOS)) in the model, causal in megatron
      chatglm_6b    attention positions axes: TWO in the model, ONE in megatron
      chatglm2_6b   =
      chatglm3_6b   =
      glm           =
      glm4          attention placement: norms before and after the branch in the model
      gpt-neox      residuals: attn + ffn in the model, attn, ffn in megatron
      opt           input positions offset: 2 in the model, 0 in megatron
      gpt1          attention placement: norm after the sum in the model
      roberta       encoder mask: bidirectional in the model, causal in megatron
      bart          tower encoder: 2 layers, 32 wide in the model, none in megatron
      switch        tower encoder: 3 layers, 32 wide in the model, none in megatron
      vit           input: patches(16, 4) in the model
      clip          tower vision: 2 layers, 32 wide in the model, none in megatron
      falcon-mqa    feed-forward layer norm: sharedNorm() in the model
      falcon-new    residuals: attn + ffn in the model, attn, ffn in megatron
      falcon-rw     attention positions: ALiBi
      glam          attention sink: constant(0) in the model, none in megatron
      palm          residuals: attn + ffn in the model, attn, ffn in megatron
      yoco          tower cross: 2 layers, 32 wide in the model, none in megatron
      yoco_swa      tower cross: 2 layers, 32 wide in the model, none in megatron
      """;

  static Stream<Arguments> families() {
    return FAMILIES
        .lines()
        .map(line -> Arrays.asList(line.split(" +", 2)))
        .map(line -> Arguments.of(line.getFirst(), line.getLast()));
  }

  @Test
  void allAreThere() throws IOException {
    try (Stream<Path> goldens = Files.list(GOLDENS)) {
      assertThat(FAMILIES.lines().map(line -> line.split(" +", 2)[0]))
          .containsExactlyInAnyOrderElementsOf(
              goldens.map(golden -> golden.getFileName().toString()).toList());
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("families")
  void aFamilyGoesThereAndBackOrIsRefused(String golden, String expected, @TempDir Path folder)
      throws IOException {
    Path source = GOLDENS.resolve(golden), there = folder.resolve("there");
    if (expected.length() > 1) {
      assertRefused(source, there, expected);
      return;
    }
    Checkpoint original = Checkpoint.open(source, Checkpoints.DIALECTS);
    Model model = original.model();
    boolean mixture = model.last().has(Mixture.class);
    int tensor = Outline.of(model).heads().heads() % 2 == 0 ? 2 : 1;
    String stages = "Et|" + "t".repeat((int) model.last().depth() - 1) + "L";
    List<Ask> asks =
        List.of(
            Ask.tensor(tensor).experts(mixture ? 2 : 1),
            Ask.ONE
                .written(stages, 2)
                .distributed()
                .by(Implementation.TRANSFORMER_ENGINE, Experts.GROUPED));
    for (Ask ask : asks) {
      Path ranks = there.resolve("ranks" + asks.indexOf(ask));
      Plan plan = Checkpoints.convert(source, ranks, Checkpoints.to(ask));
      assertThat(plan.outcome()).isEqualTo(expected.equals("=") ? Outcome.EXACT : Outcome.ROUNDED);
      if (plan.outcome() != Outcome.EXACT) continue;
      Path back = there.resolve("back" + asks.indexOf(ask));
      Checkpoints.convert(ranks, back, Checkpoints.to(original.dialect().name()));
      Checkpoint again = Checkpoint.open(back, Checkpoints.DIALECTS);
      assertThat(Checkpoints.content(again)).isEqualTo(Checkpoints.content(original));
      assertThat(SpecDiff.between(model, again.model())).noneMatch(Difference::changesFunction);
    }
  }

  @Test
  void groupsAreScoredByAsManyAsEachGives() {
    // DeepSeek-V2 takes 6 from 3 groups that are scored by their best: Megatron would sum two.
    assertThat(expression(Score.SOFTMAX_MAX, 6)).isInstanceOf(Expression.Refused.class);
    assertThat(expression(Score.SOFTMAX_MAX, 3)).isInstanceOf(Expression.Expressed.class);
    assertThat(expression(Score.SIGMOID_TOP2, 6)).isInstanceOf(Expression.Expressed.class);
    assertThat(expression(Score.SIGMOID_TOP2, 3)).isInstanceOf(Expression.Refused.class);
  }

  private static Expression expression(Score score, int chosen) {
    Router.Grouped plain = groupedRouter(score, 8, 3, 1);
    Router router =
        score == Score.SIGMOID_TOP2 ? new Router.Grouped(score, 8, 3, true, 2.5, true) : plain;
    Model model =
        causal("grouped", 20, 16)
            .layers(
                2,
                block(rms(1e-6))
                    .attention(gqa(2, 2).rope(100))
                    .ffn(moe(32, chosen, swiglu(8)).router(router)))
            .head(lm());
    return Expression.of(Checkpoints.MEGATRON, model, Spelling.BEFORE_5);
  }

  private static void assertRefused(Path source, Path there, String part) {
    assertThatThrownBy(() -> Checkpoints.convert(source, there, Checkpoints.to(Ask.tensor(2))))
        .isInstanceOfSatisfying(
            ConversionRefused.class,
            refused ->
                assertThat(refused.reasons())
                    .isNotEmpty()
                    .anySatisfy(reason -> assertThat(reason).contains(part)));
    assertThat(there).doesNotExist();
  }
}
