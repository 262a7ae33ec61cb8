package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.graph.Laws.Law.CACHED;
import static org.isomorph.graph.Laws.Law.CHUNKED;
import static org.isomorph.graph.Laws.Law.CUT_AND_FED;
import static org.isomorph.graph.Laws.Law.PADDED_LEFT;
import static org.isomorph.graph.Laws.Law.PADDED_RIGHT;
import static org.isomorph.spec.Activation.RELU;
import static org.isomorph.spec.Dsl.*;

import java.util.List;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Attention;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.RandomModels;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Role;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.TinyModels;
import org.isomorph.spec.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LawsTest {
  private static Model decoder(Attention attention, FeedForward layer) {
    return causal("decoder", 99, 32)
        .layers(2, block(rms(1e-6)).attention(attention).ffn(layer))
        .head(lm());
  }

  private static Model decoder(Attention attention) {
    return decoder(attention, swiglu(48));
  }

  private static Model rotary(RopeScaling scaling) {
    return decoder(mha(4).position(rope(10_000).scaled(scaling)));
  }

  private static Model pooled(Head head) {
    return encoder("pooled", 99, 32)
        .layers(2, block(rms(1e-6)).attention(mha(4)).ffn(swiglu(48)))
        .head(head);
  }

  private static Model pair(RelativePosition position, Tokens.Numbering numbering) {
    return seq2seq(
            "pair",
            99,
            32,
            encoder ->
                encoder
                    .embed(tokens -> tokens.numbering(numbering))
                    .layers(1, block(rms(1e-6)).attention(mha(4))),
            decoder ->
                decoder
                    .embed(tokens -> tokens.numbering(Tokens.Numbering.UNPADDED))
                    .layers(1, block(rms(1e-6)).attention(mha(4)).cross(mha(4).position(position))))
        .head(lm());
  }

  private static Model tiny(String name) {
    return TinyModels.all().stream()
        .map(TinyModels.Tiny::model)
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Laws.Verdict verdict(Model model, Laws.Law law) {
    return Laws.of(model).verdict(law);
  }

  private static void fails(Model model, Laws.Law law, String why) {
    assertThat(verdict(model, law).holds()).isFalse();
    assertThat(verdict(model, law).reasons()).singleElement().asString().contains(why);
  }

  private static void holds(Model model, Laws.Law... laws) {
    for (Laws.Law law : laws) assertThat(verdict(model, law)).hasToString("yes");
  }

  private static void holdsIf(Model model, Laws.Law law, String condition) {
    assertThat(verdict(model, law).holds()).isTrue();
    assertThat(verdict(model, law).conditions()).singleElement().asString().contains(condition);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"llama", "mistral", "gemma2", "deepseek-v3", "bloom", "yoco", "yoco-swa", "t5"})
  void allHoldWhereNothingDependsOnTheLength(String name) {
    holds(tiny(name), Laws.Law.values());
  }

  // ---- in pieces

  @Test
  void withoutALanguageModelHeadNothingIsCached() {
    Model model = tiny("reward-llama");
    fails(model, CACHED, "without a language model head");
    fails(model, CHUNKED, "without a language model head");
    holds(model, PADDED_LEFT, PADDED_RIGHT);
  }

  @Test
  void whatSeesBothWaysIsNotCached() {
    Model model = encoder("m", 99, 32).layers(1, block(rms(1e-6)).attention(mha(4))).head(lm());
    fails(model, CACHED, "tower encoder is bidirectional");
    fails(model, CHUNKED, "tower encoder is bidirectional");
  }

  @Test
  void aPrefixMustComeAtOnce() {
    Model model =
        prefix("m", 99, 32, through(Role.GMASK))
            .layers(1, block(rms(1e-6)).attention(mha(4)))
            .head(lm());
    holdsIf(model, CACHED, "the first call has the whole prefix");
    fails(model, CHUNKED, "sees its prefix whole");
    holds(model, PADDED_LEFT, PADDED_RIGHT);
  }

  @ParameterizedTest
  @EnumSource(
      value = Tokens.Numbering.class,
      names = {"SPAN", "SPAN_AND_BLOCK"})
  void aSpanHasThePositionOfItsMask(Tokens.Numbering numbering) {
    Model model = tiny("llama").embed(tokens -> tokens.numbering(numbering));
    holdsIf(model, CACHED, "[MASK] or [gMASK] is in the first call");
    holdsIf(model, CHUNKED, "[MASK] or [gMASK] is in the first call");
    holds(model, PADDED_LEFT, PADDED_RIGHT);
  }

  @Test
  void aBaseThatFollowsTheLengthTurnsRememberedKeysWrongly() {
    fails(rotary(dynamicNtk(2, 16)), CACHED, "follows the length, and differs beyond 16 tokens");
    fails(rotary(dynamicNtk(2, 16)), CHUNKED, "follows the length");
  }

  @Test
  void aBaseThatIsKeptIsNotThatOfTheWhole() {
    fails(rotary(dynamicNtk(1, 16).inPowersOfTwo()), CACHED, "chosen by the first call's length");
  }

  @Test
  void longRopeHasOtherFactorsForLongSequences() {
    RopeScaling scaling = longRope(List.of(1.0, 1.0, 1.0, 1.0), List.of(2.0, 2.0, 2.0, 2.0), 16);
    fails(rotary(scaling), CACHED, "others beyond 16 tokens");
    holds(rotary(scaling), PADDED_LEFT, PADDED_RIGHT);
  }

  @Test
  void otherStretchingDependsOnNoLength() {
    for (RopeScaling scaling :
        List.of(linear(2), llama3(8, 1, 4, 16), yarn(4, 16), RopeScaling.NONE))
      holds(rotary(scaling), Laws.Law.values());
  }

  @Test
  void theKeysOfASharedCacheAreRememberedToo() {
    Model model =
        tiny("yoco")
            .tower(tower ->
                tower.cache(
                    sharedCache(rms(1e-5), 2, 8).position(rope(10_000).scaled(dynamicNtk(2, 16)))));
    fails(model, CACHED, "follows the length");
  }

  @Test
  void aTowerThatSeesAllOfItsOwnTokensSeesThoseToCome() {
    Model model =
        model(
                "m",
                tower("self", Mask.CAUSAL, 32, tokens(99))
                    .layers(1, block(rms(1e-6)).attention(mha(4))),
                tower("cross", Mask.CAUSAL, 32, continues("self"))
                    .layers(1, block(rms(1e-6)).attention(mha(4)).cross(mha(4), "self")))
            .head(lm());
    fails(model, CACHED, "sees all of self, tokens yet to come too");
  }

  @Test
  void anExpertsCapacityCountsTheTokensOfACall() {
    FeedForward limited = moe(4, 1, mlp(48, RELU)).router(switchRouter(3));
    Model model = decoder(mha(4), limited);
    fails(model, CACHED, "an expert takes 3 tokens of one call");
    fails(model, CHUNKED, "an expert takes 3 tokens of one call");
    fails(model, PADDED_LEFT, "padding takes places of an expert, which has 3");
    holds(model, PADDED_RIGHT);
  }

  @Test
  void anEncodersExpertsSeeTheSameTokensEachTime() {
    FeedForward limited = moe(4, 1, mlp(48, RELU)).router(switchRouter(3));
    Model model =
        seq2seq(
                "m",
                99,
                32,
                encoder -> encoder.layers(1, block(rms(1e-6)).attention(mha(4)).ffn(limited)),
                decoder -> decoder.layers(1, block(rms(1e-6)).attention(mha(4)).cross(mha(4))))
            .head(lm());
    holds(model, CACHED, CHUNKED);
    fails(model, PADDED_LEFT, "padding takes places");
  }

  // ---- padding

  @Test
  void positionsThatAreAddedCountPaddingBeforeTheTokens() {
    for (AbsolutePosition position : List.of(learned(64), sinusoidal(64))) {
      Model model = decoder(mha(4)).embed(tokens -> tokens.position(position));
      fails(model, PADDED_LEFT, "of tower decoder count padding");
      holds(model, PADDED_RIGHT, CACHED, CHUNKED);
      holds(model.embed(tokens -> tokens.numbering(Tokens.Numbering.UNPADDED)), Laws.Law.values());
    }
  }

  @Test
  void onlyDifferencesMatterToRelativePositions() {
    for (RelativePosition position :
        List.of(rope(10_000), alibi(), buckets(8, 20), buckets(8, 20).perLayer()))
      holds(decoder(mha(4).position(position)), PADDED_LEFT, PADDED_RIGHT);
  }

  @Test
  void logarithmsOfPositionsCountPadding() {
    Model model = decoder(mha(4).logn(16));
    fails(model, PADDED_LEFT, "log-n factors of tower decoder count padding");
    holds(model, PADDED_RIGHT, CACHED, CHUNKED);
    holds(model.embed(tokens -> tokens.numbering(Tokens.Numbering.UNPADDED)), PADDED_LEFT);
  }

  @Test
  void rotationsBetweenTowersCountThePaddingOfEither() {
    fails(
        pair(rope(10_000), Tokens.Numbering.SEQUENTIAL),
        PADDED_LEFT,
        "count the padding of encoder");
    holds(pair(rope(10_000), Tokens.Numbering.UNPADDED), PADDED_LEFT);
    holds(pair(RelativePosition.NONE, Tokens.Numbering.SEQUENTIAL), PADDED_LEFT);
  }

  @Test
  void theFirstVectorIsPaddingIfPaddingIsFirst() {
    Head classes = classes(3, Pooling.FIRST);
    for (Head head :
        List.of(pooler(), nextSentence(), classes, project("encoder", 8, Pooling.FIRST))) {
      fails(pooled(head), PADDED_LEFT, head.label() + " reads the first vector");
      holds(pooled(head), PADDED_RIGHT);
    }
  }

  @Test
  void poolingByAnIdMayFindPadding() {
    holdsIf(pooled(classes(3, Pooling.EOS)), PADDED_LEFT, "the end of a sequence");
    holds(pooled(classes(3, Pooling.EOS)), PADDED_RIGHT);
    holdsIf(pooled(classes(3, Pooling.GREATEST_ID)), PADDED_LEFT, "the greatest id");
    holdsIf(pooled(classes(3, Pooling.GREATEST_ID)), PADDED_RIGHT, "the greatest id");
  }

  @Test
  void poolingByTheMaskIgnoresPadding() {
    for (Pooling pooling : List.of(Pooling.LAST, Pooling.MEAN))
      holds(pooled(classes(3, pooling)), PADDED_LEFT, PADDED_RIGHT);
  }

  @Test
  void queriesTurnedOtherwiseThanSharedKeysCountPadding() {
    Model yoco = tiny("yoco");
    holds(yoco, PADDED_LEFT);
    Model unturned =
        yoco.tower(
            tower -> tower.cache(tower.cache().orElseThrow().position(RelativePosition.NONE)));
    assertThat(Laws.of(unturned).verdict(PADDED_LEFT).reasons())
        .containsExactly(
            "queries that are turned otherwise than the shared keys of tower cross count padding");
  }

  @Test
  void imagesAreNeverPadded() {
    holds(tiny("vit"), PADDED_LEFT, PADDED_RIGHT);
  }

  // ---- all

  @Test
  void cuttingIsAlwaysLawful() {
    for (long seed = 0; seed < 200; seed++) holds(RandomModels.of(seed, 3), CUT_AND_FED);
  }

  @Test
  void verdictsReadAsSentences() {
    assertThat(Laws.of(tiny("gpt2")))
        .hasToString(
            """
            cached decoding equals uncached             yes
            a prompt in pieces equals the whole         yes
            rows padded on the right equal single rows  yes
            rows padded on the left equal single rows   no: learned positions of tower decoder count padding
            a graph cut in two equals the whole         yes\
            """);
    assertThat(Laws.of(tiny("chatglm-6b")).verdict(CACHED))
        .hasToString(
            "yes, if the first call has the whole prefix and what ends it"
                + " and [MASK] or [gMASK] is in the first call, as later tokens take its position");
  }
}
