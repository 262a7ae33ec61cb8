package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.alibi;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.encoder;
import static org.isomorph.spec.Dsl.geglu;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.learned;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mqa;
import static org.isomorph.spec.Dsl.prefix;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.sandwich;
import static org.isomorph.spec.Dsl.swiglu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.isomorph.runtime.kotlin.GeneratingInKotlin;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GenerationTest {
  private static final Model CAUSAL =
      causal("tiny", 50, 16)
          .layers(2, block(rms(1e-5)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(24)))
          .head(lm().scale(0.5));
  private static final Model PREFIX =
      prefix("own", 50, 16, Mask.Extent.Given.GIVEN)
          .layers(2, sandwich(rms(1e-6)).attention(mqa(4).position(alibi())).ffn(geglu(24)))
          .head(lm().tied());
  private static final long[] PROMPT = {5, 9, 3, 11};

  private static LoadedModel load(Model model) {
    return LoadedModel.load(
        model, LoadedModelTest.random(model, 3), RunOptions.usual().in(DType.F64));
  }

  private static long[] generated(LoadedModel model, long[] prompt, Sampling sampling) {
    try (Generation generation = model.generate(prompt, sampling)) {
      return generation.stream().toArray();
    }
  }

  /** What whole passes give, each over all tokens so far. */
  private static long[] uncached(LoadedModel model, Request request, long[] prompt, int tokens) {
    long[] ids = prompt;
    Sampler sampler = new Sampler(Sampling.greedy());
    for (int i = 0; i < tokens; i++) {
      Tensor all = Tensor.ofLongs(Shape.of(1, ids.length), ids);
      Outputs outputs = model.forward(request.with("input_ids", all));
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = sampler.next(outputs.logits());
    }
    return Arrays.copyOfRange(ids, prompt.length, ids.length);
  }

  @Test
  void tokensAreThoseOfWholePasses() {
    try (LoadedModel model = load(CAUSAL)) {
      long[] expected = uncached(model, Request.of(java.util.Map.of()), PROMPT, 9);
      assertThat(generated(model, PROMPT, Sampling.greedy().maxTokens(9))).isEqualTo(expected);
    }
  }

  @Test
  void thePromptIsTheGivenPrefix() {
    try (LoadedModel model = load(PREFIX)) {
      Request prefix = Request.of("prefix_lengths", Tensor.ofLongs(Shape.of(1), PROMPT.length));
      long[] expected = uncached(model, prefix, PROMPT, 9);
      assertThat(generated(model, PROMPT, Sampling.greedy().maxTokens(9))).isEqualTo(expected);
    }
  }

  @Test
  void aLongPromptIsReadInPieces() {
    long[] prompt = LongStream.range(0, 1300).map(i -> i * i % 50).toArray();
    try (LoadedModel model = load(CAUSAL)) {
      long[] expected = uncached(model, Request.of(java.util.Map.of()), prompt, 2);
      assertThat(generated(model, prompt, Sampling.greedy().maxTokens(2))).isEqualTo(expected);
    }
  }

  @Test
  void loopsAndStreamsGoOnWhereTheOthersAre() {
    try (LoadedModel model = load(CAUSAL)) {
      long[] all = generated(model, PROMPT, Sampling.greedy().maxTokens(6));
      List<Long> found = new ArrayList<>();
      try (Generation generation = model.generate(PROMPT, Sampling.greedy().maxTokens(6))) {
        found.add(generation.next().orElseThrow());
        for (long token : generation) {
          found.add(token);
          if (found.size() == 3) break;
        }
        generation.stream().forEach(found::add);
        assertThat(generation.next()).isEmpty();
        assertThat(generation.end()).contains(Generation.End.MAX_TOKENS);
      }
      assertThat(found).containsExactlyElementsOf(LongStream.of(all).boxed().toList());
    }
  }

  @Test
  void itStopsAfterAnEndToken() {
    long[] all;
    try (LoadedModel model = load(CAUSAL)) {
      all = generated(model, PROMPT, Sampling.greedy().maxTokens(6));
      try (Generation generation =
          model.generate(PROMPT, Sampling.greedy().maxTokens(6).stopAt(all[0]))) {
        assertThat(generation.stream().toArray()).containsExactly(all[0]);
        assertThat(generation.end()).contains(Generation.End.END_TOKEN);
      }
    }
    try (LoadedModel model = load(CAUSAL.role(Role.EOS, all[0]))) {
      assertThat(generated(model, PROMPT, Sampling.greedy())).containsExactly(all[0]);
      assertThat(generated(model, PROMPT, Sampling.greedy().maxTokens(6).ignoringEnd()))
          .isEqualTo(all);
    }
  }

  @Test
  void itStopsWhereLearnedPositionsEnd() {
    Model learned = CAUSAL.embed(tokens -> tokens.position(learned(6)));
    try (LoadedModel model = load(learned)) {
      try (Generation generation = model.generate(PROMPT, Sampling.greedy())) {
        // The last position is read, and predicts one more.
        assertThat(generation.stream().count()).isEqualTo(3);
        assertThat(generation.end()).contains(Generation.End.POSITIONS);
      }
      assertThatThrownBy(() -> generated(model, new long[7], Sampling.greedy()))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("6 positions");
    }
  }

  @Test
  void aSeedIsOneText() {
    try (LoadedModel model = load(CAUSAL)) {
      Sampling seven = Sampling.random(7).temperature(2).maxTokens(20);
      assertThat(generated(model, PROMPT, seven))
          .isEqualTo(generated(model, PROMPT, seven))
          .isNotEqualTo(generated(model, PROMPT, seven.seed(8)));
    }
  }

  @Test
  void tapsAreOfTheTokensThatWereRead() {
    try (LoadedModel model = load(CAUSAL)) {
      Request request = Request.ids(PROMPT).tap("decoder.1.out");
      Outputs whole = model.forward(request);
      try (Generation generation = model.generate(request, Sampling.greedy())) {
        assertThatThrownBy(generation::outputs).hasMessageContaining("no token");
        generation.next();
        assertThat(generation.outputs().get("decoder.1.out").shape()).isEqualTo(Shape.of(1, 4, 16));
        assertThat(generation.outputs().get("decoder.1.out")).isEqualTo(whole.get("decoder.1.out"));
        assertThat(generation.outputs().logits().shape()).isEqualTo(Shape.of(1, 1, 50));
        generation.next();
        assertThat(generation.outputs().get("decoder.1.out").shape()).isEqualTo(Shape.of(1, 1, 16));
      }
    }
  }

  @Test
  void kotlinReadsASequence() {
    try (LoadedModel model = load(CAUSAL)) {
      assertThat(GeneratingInKotlin.INSTANCE.five(model, PROMPT))
          .containsExactlyElementsOf(
              LongStream.of(generated(model, PROMPT, Sampling.greedy().maxTokens(5)))
                  .boxed()
                  .toList());
    }
  }

  @Test
  void whatCannotBeContinuedIsRefused() {
    Model sees = encoder("sees", 50, 16).layers(1, block(rms(1e-5)).attention(mqa(4)));
    try (LoadedModel model = load(sees)) {
      assertThatThrownBy(() -> model.generate(PROMPT, Sampling.greedy()))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("sees does not");
    }
    try (LoadedModel model = load(CAUSAL)) {
      assertThatThrownBy(() -> model.generate(new long[0], Sampling.greedy()))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("(1, seq)");
      Tensor two = Tensor.ofLongs(Shape.of(2, 2), 1, 2, 3, 4);
      assertThatThrownBy(() -> model.generate(Request.of("input_ids", two), Sampling.greedy()))
          .hasMessageContaining("one sequence");
    }
  }
}
