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

import java.util.OptionalInt;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Megatron could not run is refused by its numbers, before there is a file. */
class RefusalsTest {
  private static final Model DENSE = model(4, swiglu(96));
  private static final Model MIXED = model(4, moe(6, 2, swiglu(12)));

  private static Model model(long layers, FeedForward ffn) {
    return causal("refused", 33, 48)
        .layers(layers, block(rms(1e-6)).attention(gqa(12, 4).rope(10_000)).ffn(ffn))
        .head(lm());
  }

  private static void assertRefused(Model model, Ask ask, String... parts) {
    assertThatThrownBy(() -> ask.plan().of(model))
        .isInstanceOf(MegatronException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void headsThatRanksCannotShareEvenly() {
    assertRefused(DENSE, Ask.tensor(5), "tensor parallel size 5", "12 attention heads");
  }

  @Test
  void keyValueHeadsThatNeitherDivideNorAreDivided() {
    assertRefused(DENSE, Ask.tensor(6), "tensor parallel size 6", "4 key/value heads");
  }

  @Test
  void hiddenUnitsThatRanksCannotShareEvenly() {
    assertRefused(model(4, swiglu(95)), Ask.tensor(2), "tensor parallel size 2", "95 units");
  }

  @Test
  void layersThatDoNotFitStages() {
    assertRefused(DENSE, Ask.ONE.stages(3), "4 layers over 3 pipeline stages");
  }

  @Test
  void layersThatDoNotFitBetweenTheEnds() {
    assertRefused(
        DENSE,
        Ask.ONE.ends(3, OptionalInt.of(1), OptionalInt.empty()),
        "4 layers over 3 pipeline stages (1 on the first)",
        "the 3 left");
    assertThat(Ask.ONE.ends(3, OptionalInt.of(1), OptionalInt.of(1)).plan().of(DENSE).pipeline())
        .hasToString(Ask.ONE.written("Et|tt|tL", 3).plan().of(DENSE).pipeline().toString());
  }

  @Test
  void moreLayersAtTheEndsThanThereAre() {
    assertRefused(
        DENSE, Ask.ONE.ends(3, OptionalInt.of(5), OptionalInt.empty()), "first stage", "found 5");
    assertRefused(
        DENSE, Ask.ONE.ends(2, OptionalInt.of(3), OptionalInt.of(3)), "3 on the first", "-2 left");
  }

  @Test
  void layersThatDoNotFitVirtualStages() {
    assertRefused(model(6, swiglu(96)), Ask.ONE.stages(2, 2), "3 layers", "2 virtual stages");
  }

  @Test
  void virtualStagesOfOneStage() {
    assertThatThrownBy(() -> Ask.ONE.stages(1, 2))
        .isInstanceOf(MegatronException.class)
        .hasMessageContaining("2 virtual stages");
  }

  @Test
  void expertsThatRanksCannotShareEvenly() {
    assertRefused(MIXED, Ask.ONE.experts(4), "expert parallel size 4", "6 experts");
  }

  @Test
  void expertsWhereThereAreNone() {
    assertRefused(DENSE, Ask.ONE.experts(2), "expert parallel size 2", "no mixture");
  }

  @Test
  void expertsHiddenUnitsThatRanksCannotShareEvenly() {
    assertRefused(
        MIXED, Ask.ONE.expertTensor(5).distributed(), "expert tensor parallel size 5", "size 12");
  }

  @Test
  void expertsOfRanksThatWouldShareADirectory() {
    Ask ask = Ask.tensor(1).expertTensor(2).experts(1);
    assertRefused(MIXED, ask, "expert tensor parallel size 2", "mp_rank_00", "torch_dist");
    assertThat(ask.distributed().plan().of(MIXED).processes()).isEqualTo(2);
  }

  @Test
  void sizesThatAreNone() {
    assertRefused(DENSE, Ask.tensor(0), "tensor parallel size", "found 0");
    assertThatThrownBy(() -> Ask.ONE.stages(0)).hasMessageContaining("pipeline stages");
    assertThatThrownBy(() -> Ask.ONE.divisor(0).plan())
        .isInstanceOf(MegatronException.class)
        .hasMessageContaining("vocabulary divisor");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "Ett|txL; 2; found x",
        "Ett|tt|L; 2; found 3",
        "Ett|ttL|; 2; entries",
        "Ett|tL; 2; expected 4 t",
        "Ettt|ttL; 2; found 5",
        "tEt|ttL; 2; E as the first",
        "Ett|ttLt; 2; found 5",
        "Ett|tLt; 2; L as the last",
        "EttE|ttL; 2; expected 1 E",
        "Ett|tt; 2; expected 1 L",
        "Ett|ttmL; 2; expected 0 m",
        "E(t(t)*2)*2|L; 2; nest",
        "Et*|tttL; 2; number of times",
        "E(tttttttttttt|)*99999L; 2; repeats more",
        "Et*99999999|L; 2; number of times",
      })
  void aPipelineThatIsWrittenOutWrongly(String text, int stages, String part) {
    assertThatThrownBy(
            () -> {
              Division division =
                  new Division(
                      stages,
                      1,
                      OptionalInt.empty(),
                      OptionalInt.empty(),
                      false,
                      false,
                      java.util.Optional.of(text));
              Ask.ONE.divided(division).plan().of(DENSE);
            })
        .isInstanceOf(MegatronException.class)
        .hasMessageContaining("pipeline layout \"" + text + "\"")
        .hasMessageContaining(part);
  }

  @Test
  void theLayoutOfThePaperIsRead() {
    Pipeline pipeline = DivisionText.read("Et*3|(tt|)*29,m|L", 61, 1, 16, 2);
    assertThat(pipeline.depth()).isEqualTo(61);
    assertThat(pipeline.chunk(0, 0)).hasToString("embedding, layers 0 to 2");
    assertThat(pipeline.chunk(15, 1)).hasToString("head");
    assertThat(pipeline.chunk(14, 1)).hasToString("next tokens");
  }
}
