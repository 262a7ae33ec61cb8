package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import java.util.List;
import java.util.stream.Stream;
import org.isomorph.spec.Attention;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.RandomModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ComputabilityTest {
  private static Model decoder(Attention attention) {
    return causal("m", 50, 32).layers(1, block(rms(1e-6)).attention(attention)).head(lm());
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(
            decoder(mha(4).position(rope(1e4).scaled(longRope(List.of(1.0), List.of(2.0), 8)))),
            "LongRoPE has 1 factors for 4 pairs of components"),
        Arguments.of(
            decoder(mha(4).position(buckets(32, 16))), "it needs 2 and a greater distance"),
        Arguments.of(
            decoder(mla(4, 16, 12, 8, 4, 6).rope(rope(1e4).twoAxes())),
            "turns by two positions, but tokens have one"),
        Arguments.of(
            model("m", tower("v", prefix(Mask.Extent.Given.GIVEN), 32, patches(16, 4))),
            "a prefix is one of tokens, but it reads images"),
        Arguments.of(
            decoder(mha(4)).head(project("decoder", 8, Pooling.LAST)).head(similarity()),
            "compares two projections of one width"),
        Arguments.of(
            model(
                    "m",
                    tower("self", Mask.CAUSAL, 32, tokens(50)),
                    tower("cross", Mask.CAUSAL, 32, continues("self"))
                        .cache(sharedCache(rms(1e-6), 2, 8))
                        .layers(
                            1,
                            block(rms(1e-6))
                                .attention(gqa(4, 2).headDim(8).from(KeyValues.SHARED_CACHE))))
                .head(lm())
                .head(nextTokens(1)),
            "needs keys and values of its own"));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void whatDoesNotFitIsRefusedWithTheReason(Model model, String why) {
    assertThatThrownBy(() -> Lowering.of(model))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("m cannot be computed: ")
        .hasMessageContaining(why);
  }

  @Test
  void allElseIsLowered() {
    for (long seed = 0; seed < 1000; seed++) {
      Model model = RandomModels.of(seed, 3);
      assertThat(Lowering.of(model).outputs()).as("seed %d", seed).isNotEmpty();
    }
  }
}
