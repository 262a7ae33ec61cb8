package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RefusalTest {
  private static final Frame FRAME = block(rms(1e-6));

  private static Arguments refused(Supplier<?> made, String why) {
    return Arguments.of(made, why);
  }

  private static Model with(Mixer mixer) {
    return causal("m", 10, 24).layers(1, FRAME.parallel(mixer));
  }

  private static Tower cross(Heads heads) {
    return tower("decoder", Mask.CAUSAL, 8, tokens(5))
        .layers(1, FRAME.attention(mha(4)).cross(heads));
  }

  private static Input blocks(Tokens tokens) {
    return tokens.numbering(Tokens.Numbering.SPAN_AND_BLOCK);
  }

  private static Model images() {
    return model("m", tower("vision", Mask.BIDIRECTIONAL, 8, patches(4, 4)));
  }

  private static Tower more() {
    return tower("more", Mask.BIDIRECTIONAL, 8, patches(4, 4));
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        refused(() -> causal("m", 0, 8), "vocabulary must be positive, found 0"),
        refused(() -> causal("m", 10, -8), "width must be positive, found -8"),
        refused(() -> gqa(32, 5), "attention heads (32) is not a multiple of key/value heads (5)"),
        refused(() -> with(mha(5)), "width (24) is not a multiple of attention heads (5)"),
        refused(
            () -> with(mha(4).position(rope(1e4).dim(8))),
            "rope dim (8) is greater than the head dimension (6)"),
        refused(() -> rope(1e4).dim(7), "rope dim (7) is not a multiple of a pair (2)"),
        refused(
            () -> rope(1e4).dim(6).twoAxes(), "rope dim (6) is not a multiple of two pairs (4)"),
        refused(() -> rope(-1), "rope theta must be positive and finite, found -1.0"),
        refused(
            () -> with(mha(3).position(rope(1e4).twoAxes())),
            "rotary positions on two axes need tokens numbered SPAN_AND_BLOCK"),
        refused(() -> moe(4, 5, swiglu(8)), "experts a token (5) is greater than experts (4)"),
        refused(
            () -> moe(6, 2, swiglu(8)).router(deepSeekRouter(4, 2, 1)),
            "experts (6) is not a multiple of expert groups (4)"),
        refused(
            () -> moe(8, 4, swiglu(8)).router(deepSeekRouter(4, 1, 1)),
            "experts a token (4) is greater than experts in the groups kept (2)"),
        refused(
            () -> moe(4, 2, swiglu(8)).router(switchRouter(1)),
            "a switch router sends a token to one expert, not to 2"),
        refused(() -> patches(224, 15), "image size (224) is not a multiple of patch size (15)"),
        refused(
            () -> with(mha(4).from(KeyValues.SHARED_CACHE)),
            "reads a shared cache that the tower does not have"),
        refused(
            () -> with(mha(4).from(outputOf("encoder"))),
            "attends to encoder, which is not a tower before it"),
        refused(
            () -> model("m", tower("cross", Mask.CAUSAL, 8, continues("self"))),
            "continues self, which is not a tower before it"),
        refused(
            () ->
                model(
                    "m",
                    tower("a", Mask.CAUSAL, 8, tokens(5)),
                    tower("b", Mask.CAUSAL, 16, continues("a"))),
            "tower b is 16 wide but continues a, which is 8"),
        refused(
            () ->
                model(
                    "m",
                    tower("a", Mask.CAUSAL, 8, tokens(5).shared()),
                    tower("b", Mask.CAUSAL, 8, tokens(6).shared())),
            "towers share one table of tokens but describe it differently"),
        refused(
            () ->
                tower("a", Mask.CAUSAL, 24, tokens(5))
                    .layers(1, FRAME.attention(mha(4).position(buckets(8, 20))))
                    .layers(1, FRAME.attention(mha(6).position(buckets(8, 20)))),
            "layers share one table of buckets for attn but describe it differently"),
        refused(
            () -> cross(mha(4).window(3)),
            "attention to encoder has no window, as tokens of two towers are at no distance"),
        refused(
            () -> cross(mha(4).position(alibi())),
            "attention to encoder has rotary positions or none, found alibi()"),
        refused(
            () -> cross(mha(4).position(buckets(8, 20))),
            "attention to encoder has rotary positions or none, found buckets(8, 20)"),
        refused(
            () -> cross(mha(2).position(rope(1e4).twoAxes())),
            "attention to encoder has rotary positions on one axis, or none"),
        refused(
            () -> tower("a", Mask.CAUSAL, 8, blocks(tokens(5).position(learned(9)))),
            "positions that are added need one number a token, not SPAN_AND_BLOCK"),
        refused(
            () ->
                tower("a", Mask.CAUSAL, 8, blocks(tokens(5)))
                    .layers(1, FRAME.attention(mha(4).logn(9))),
            "log-n scaling needs one position a token, not SPAN_AND_BLOCK"),
        refused(
            () -> images().and(tower("text", Mask.CAUSAL, 8, tokens(5))).and(more()).head(lm()),
            "lm() needs a tower that reads tokens, and the last does not"),
        refused(
            () -> images().head(classes(3, Pooling.EOS)),
            "looks for a token, and tower vision reads none"),
        refused(
            () -> images().head(project("vision", 3, Pooling.GREATEST_ID)),
            "looks for a token, and tower vision reads none"),
        refused(() -> tower("mtp", Mask.CAUSAL, 8, tokens(5)), "found \"mtp\""),
        refused(() -> tower("Decoder", Mask.CAUSAL, 8, tokens(5)), "found \"Decoder\""),
        refused(() -> with(swiglu(8)).head(lm()).head(lm()), "two heads are called head"),
        refused(
            () -> model("m", tower("encoder", Mask.CAUSAL, 8, patches(4, 4))).head(lm()),
            "lm() needs a tower that reads tokens"),
        refused(
            () -> with(swiglu(8)).head(project("text", 8, Pooling.EOS)),
            "projects a tower that the model does not have"),
        refused(
            () -> postNorm(rms(1e-6)).parallel(mha(4), swiglu(8)),
            "parallel branches stand behind their norms (PRE), not POST"),
        refused(
            () -> new Residual(Placement.PRE, List.of(new Branch(Norm.SHARED, swiglu(8)))),
            "the first branch has no earlier norm to share"),
        refused(
            () -> causal("m", 10, 8).finalNorm(Norm.SHARED),
            "the final norm of tower decoder has no earlier norm to share"),
        refused(
            () -> retention(4, rms(1e-5)).position(alibi()),
            "retention has rotary positions or none, found alibi()"),
        refused(() -> mha(4).qkNorm(noNorm()), "a q/k norm must normalise, found noNorm()"),
        refused(() -> rms(0), "rms norm eps must be positive and finite, found 0.0"),
        refused(() -> deepNorm(rms(1e-6), -1), "DeepNorm alpha must be positive"),
        refused(
            () -> longRope(List.of(1.0), List.of(1.0, 2.0), 8),
            "LongRoPE has 1 short factors but 2 long ones"));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void whatCannotBeIsRefusedWithItsNumbers(Supplier<?> made, String why) {
    assertThatThrownBy(made::get).isInstanceOf(SpecException.class).hasMessageContaining(why);
  }
}
