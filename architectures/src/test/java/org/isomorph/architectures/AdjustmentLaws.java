package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.layerNorm;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mla;
import static org.isomorph.spec.Dsl.mlp;
import static org.isomorph.spec.Dsl.moe;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.rope;
import static org.isomorph.spec.Dsl.swiglu;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.assertj.core.data.Offset;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dense;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Projection;
import org.isomorph.spec.QkNorm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.SpecDiff;

/** What laws say is so: before and after, models compute the same, and the way back undoes it. */
class AdjustmentLaws {
  private static final long[] IDS = {3, 1, 4, 15, 9, 2, 6};
  private static final Offset<Double> ROUNDING = Offset.offset(1e-9);

  private static final List<Set<Projection>> BIASES =
      List.of(
          EnumSet.noneOf(Projection.class),
          EnumSet.of(Projection.Q, Projection.K, Projection.V),
          EnumSet.allOf(Projection.class));

  /** In what two descriptions of a function may differ. */
  private record Words(
      int biases,
      boolean ffnBias,
      long keyValueHeads,
      boolean pairs,
      boolean tied,
      boolean ownNorms,
      boolean expert,
      boolean shared,
      double scale,
      boolean offset,
      boolean normalised) {
    /** As few parameters as possible. */
    static Words least(Random random) {
      return new Words(
          random.nextInt(2),
          random.nextInt(4) == 0,
          1 + random.nextInt(2),
          random.nextBoolean(),
          random.nextBoolean(),
          false,
          false,
          false,
          random.nextBoolean() ? 1 : 3,
          random.nextBoolean(),
          random.nextInt(4) == 0);
    }

    /** Others, with at least as many. */
    Words more(Random random) {
      double factor = random.nextBoolean() ? 1 : Math.sqrt(16);
      // What is multiplied into the table, or divided out of the head, is no longer the other.
      boolean apart = normalised || factor != scale;
      return new Words(
          biases + random.nextInt(3 - biases),
          ffnBias || random.nextBoolean(),
          random.nextBoolean() ? keyValueHeads : 4,
          random.nextBoolean(),
          tied && !apart && random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          factor,
          random.nextBoolean(),
          false);
    }
  }

  /** What is the same in both. */
  private record Body(boolean parallel, boolean gated, int qkNorm, long rotated, boolean centred) {
    static Body random(Random random) {
      return new Body(
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextInt(3),
          2 + 2 * random.nextInt(3),
          random.nextInt(3) == 0);
    }

    Model model(Words words) {
      Norm norm = norm(words);
      Heads plain =
          gqa(4, words.keyValueHeads())
              .headDim(6)
              .bias(BIASES.get(words.biases()))
              .position(rotation(words));
      Heads heads =
          switch (qkNorm) {
            case 0 -> plain;
            case 1 -> plain.qkNorm(norm);
            default -> plain.qkNorm(norm, QkNorm.Across.PROJECTION);
          };
      Frame frame = block(norm);
      FeedForward ffn = ffn(words);
      return causal("law", 17, 16)
          .embed(tokens -> tokens.scale(words.scale()))
          .layers(
              2,
              !parallel
                  ? frame.attention(heads).ffn(ffn)
                  : words.ownNorms()
                      ? frame.parallel(heads, ffn)
                      : frame.parallelShared(heads, ffn))
          .finalNorm(norm)
          .head(lm().tied(words.tied()).normalised(words.normalised()));
    }

    private Norm norm(Words words) {
      return centred ? layerNorm(1e-5) : words.offset() ? rms(1e-5).unitOffset() : rms(1e-5);
    }

    private Rope rotation(Words words) {
      Rope halves = rope(100).dim(rotated);
      return words.pairs() ? halves.pairs() : halves;
    }

    private FeedForward ffn(Words words) {
      FeedForward.Single layer =
          gated
              ? words.ffnBias() ? swiglu(10).biased() : swiglu(10)
              : new Dense(10, Activation.GELU, words.ffnBias());
      if (!words.expert()) return layer;
      Mixture mixture = moe(1, 1, layer);
      return words.shared() ? mixture.gatedShared(swiglu(3)) : mixture;
    }
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void otherWordsForAModelComputeTheSame(@ForAll Random random) {
    Body body = Body.random(random);
    Words few = Words.least(random);
    Model model = body.model(few), other = body.model(few.more(random));
    Adjusted before = Adjusted.random(model, random.nextLong());

    Adjusted after = before.toward(other);

    assertThat(SpecDiff.computeAlike(after.model(), other)).as("%s to %s", model, other).isTrue();
    assertThat(after.logits(IDS)).containsExactly(before.logits(IDS), ROUNDING);
    assertComesBack(before, after, other);
  }

  /** But for a head that was normalised, which no law makes of a plain one. */
  private static void assertComesBack(Adjusted before, Adjusted after, Model other) {
    if (before.model().lm().orElseThrow().isNormalised()) return;
    // A head that is its own because the table was multiplied equals it no longer.
    boolean apart = scale(before.model()) != scale(other);
    Model home = apart ? before.model().heads(List.of(lm().tied(false))) : before.model();
    Adjusted back = after.toward(home);
    assertThat(SpecDiff.computeAlike(back.model(), home)).isTrue();
    back.weights()
        .forEach((name, values) -> {
          double[] expected = before.weights().getOrDefault(name, before.weights().get(TABLE));
          assertThat(values).as(name).containsExactly(expected, Offset.offset(1e-12));
        });
  }

  private static final String TABLE = "embed.token.weight";

  private static double scale(Model model) {
    return model.tokens().orElseThrow().scale();
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void whatWasAddedIsFoundToBeSuperfluous(@ForAll Random random) {
    Body body = Body.random(random);
    Words few = Words.least(random), more = few.more(random);
    // What only moves or rounds numbers is not about how many there are.
    Words same =
        new Words(
            more.biases(),
            more.ffnBias(),
            more.keyValueHeads(),
            few.pairs(),
            more.tied(),
            more.ownNorms(),
            false,
            false,
            few.scale(),
            few.offset(),
            few.normalised());
    Adjusted before = Adjusted.random(body.model(few), random.nextLong());

    Adjusted back = before.toward(body.model(same)).reduced();

    assertThat(back.model()).isEqualTo(before.model());
    Map<String, double[]> weights = before.weights();
    assertThat(back.weights().keySet()).isEqualTo(weights.keySet());
    back.weights()
        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(weights.get(name)));
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void latentAttentionTurnsItsPartnersToo(@ForAll Random random) {
    Latent latent = mla(2, random.nextBoolean() ? 8 : 0, 6, 4, 2 + 2 * random.nextInt(3), 5);
    Latent biased = random.nextBoolean() ? latent.biased() : latent;
    Rope halves = rope(100);
    Model one = latent(biased.rope(halves)), other = latent(biased.rope(halves.pairs()));
    Adjusted before = Adjusted.random(one, random.nextLong());

    Adjusted after = before.toward(other);

    assertThat(after.model()).isEqualTo(other);
    assertThat(after.logits(IDS)).containsExactly(before.logits(IDS), ROUNDING);
    after
        .toward(one)
        .weights()
        .forEach(
            (name, values) -> assertThat(values).as(name).isEqualTo(before.weights().get(name)));
  }

  private static Model latent(Latent attention) {
    return causal("latent", 17, 16)
        .layers(2, block(rms(1e-6)).attention(attention).ffn(mlp(10, Activation.RELU)))
        .head(lm());
  }
}
