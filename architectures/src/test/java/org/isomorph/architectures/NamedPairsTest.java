package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.isomorph.architectures.Goldens.DIALECTS;
import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.geglu;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.layerNorm;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mha;
import static org.isomorph.spec.Dsl.mla;
import static org.isomorph.spec.Dsl.mlp;
import static org.isomorph.spec.Dsl.moe;
import static org.isomorph.spec.Dsl.mqa;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.rope;
import static org.isomorph.spec.Dsl.swiglu;
import static org.isomorph.spec.Projection.K;
import static org.isomorph.spec.Projection.Q;
import static org.isomorph.spec.Projection.V;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.Initialisation;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.spec.Attention;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Families that people move between, along a chain of them and home, with random weights. */
class NamedPairsTest {
  private static final double TOLERANCE = 1e-4;
  private static final Heads PLAIN = mha(4).rope(10_000);
  private static final Heads SHARED = gqa(4, 2).rope(10_000);
  private static final Heads HALF = gqa(4, 2).biased(Q, K, V).position(rope(10_000).dim(4).pairs());

  @TempDir Path folder;

  /** The first family is the one the model is written in, and comes home to. */
  static Stream<Arguments> chains() {
    return Stream.of(
        arguments("Qwen 1", "qwen1 qwen2 llama", llama(PLAIN.biased(Q, K, V), swiglu(48), lm())),
        arguments("Qwen 2", "qwen2 llama", llama(SHARED.biased(Q, K, V), swiglu(48), lm().tied())),
        arguments("ChatGLM3 and GLM-4", "chatglm2 glm", llama(HALF, swiglu(48), lm())),
        arguments("a tied GLM-4", "glm chatglm2", llama(HALF, swiglu(48), lm().tied())),
        arguments("Baichuan", "baichuan llama", llama(PLAIN, swiglu(48), lm())),
        arguments("grouped heads by Baichuan", "llama baichuan", llama(SHARED, swiglu(48), lm())),
        arguments(
            "grouped and tied by three",
            "llama baichuan qwen1 qwen2",
            llama(SHARED, swiglu(48), lm().tied())),
        arguments("Mistral", "mistral llama phi3", llama(SHARED, swiglu(48), lm())),
        arguments("LLaMA by GLM-4", "llama glm phi3", llama(SHARED, swiglu(48), lm())),
        arguments("LLaMA by Mixtral", "llama mixtral", llama(SHARED, swiglu(48), lm())),
        arguments(
            "LLaMA by both mixtures", "llama mixtral qwen2-moe", llama(SHARED, swiglu(48), lm())),
        arguments("Mixtral", "mixtral qwen2-moe", llama(SHARED, moe(4, 2, swiglu(24)), lm())),
        arguments(
            "dense DeepSeek-V2",
            "deepseek-v2 deepseek-v3",
            llama(mla(2, 8, 6, 4, 4, 5).rope(rope(10_000).pairs()), swiglu(48), lm())),
        arguments(
            "dense DeepSeek-V3",
            "deepseek-v3 deepseek-v2",
            llama(mla(2, 0, 6, 4, 4, 5).rope(rope(10_000).pairs()).biased(), swiglu(48), lm())),
        arguments("Falcon 7B", "falcon gpt-neox", falcon()),
        arguments("GPT-NeoX rotated whole", "gpt-neox falcon", neox()));
  }

  private static Model llama(Attention attention, FeedForward ffn, Head head) {
    return causal("named", 64, 32)
        .layers(2, block(rms(1e-6)).attention(attention).ffn(ffn))
        .head(head);
  }

  private static Model falcon() {
    return causal("named", 64, 32)
        .layers(2, block(layerNorm(1e-5)).parallelShared(mqa(4).rope(10_000), mlp(128, GELU)))
        .head(lm().tied());
  }

  private static Model neox() {
    return causal("named", 64, 32)
        .layers(2, block(layerNorm(1e-5)).parallel(PLAIN.biased(), mlp(128, GELU).biased()))
        .head(lm());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("chains")
  void aModelComputesTheSameInEachFamilyAndComesHome(String name, String chain, Model model)
      throws IOException {
    String[] families = chain.split(" ", -1);
    Path source = written(model, families[0]);
    float[] logits = logits(source);
    Path at = source;
    for (int hop = 1; hop <= families.length; hop++) {
      Path next = folder.resolve("hop" + hop);
      Plan plan = Conversions.convert(at, next, families[hop % families.length]);
      assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
      assertSame(logits(next), logits);
      at = next;
    }
    assertThat(Conversions.tensors(at)).isEqualTo(Conversions.tensors(source));
  }

  static Stream<Arguments> rounded() {
    return Stream.of(
        arguments("LLaMA to Gemma", "llama gemma", llama(SHARED, swiglu(48), lm().tied())),
        arguments(
            "Baichuan 2 to Gemma and Mixtral",
            "baichuan gemma mixtral",
            llama(PLAIN, swiglu(48), lm().normalised())),
        arguments(
            "Gemma to Baichuan",
            "gemma baichuan",
            causal("named", 64, 32)
                .embed(tokens -> tokens.scale(Math.sqrt(32)))
                .layers(2, block(rms(1e-6).unitOffset()).attention(SHARED).ffn(geglu(48)))
                .head(lm().tied())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("rounded")
  void whatIsRoundedComputesAlmostTheSame(String name, String chain, Model model)
      throws IOException {
    String[] families = chain.split(" ", -1);
    Path source = written(model, families[0]);
    float[] logits = logits(source);
    Path at = source;
    for (int hop = 1; hop < families.length; hop++) {
      Path next = folder.resolve("hop" + hop);
      Plan plan = Conversions.convert(at, next, families[hop]);
      assertThat(plan.outcome()).isEqualTo(Outcome.ROUNDED);
      assertSame(logits(next), logits);
      at = next;
    }
  }

  private Path written(Model model, String family) throws IOException {
    Path directory = folder.resolve("source");
    Initialisation initialisation =
        Initialisation.plan(
            model,
            DIALECTS.named(family),
            DType.F32,
            Optional.empty(),
            DIALECTS.named(family).files(1 << 30),
            5,
            false);
    Executor.run(
        initialisation.blueprint(), directory, Options.withThreads(1), ProgressListener.NONE);
    return directory;
  }

  private static float[] logits(Path directory) throws IOException {
    try (LoadedModel model = Goldens.open(directory).load(RunOptions.usual().in(DType.F32))) {
      return model.forward(Request.ids(3, 1, 41, 59, 2, 6, 53)).logits().floats();
    }
  }

  private static void assertSame(float[] found, float[] expected) {
    double greatest = 0, apart = 0;
    for (int i = 0; i < expected.length; i++) {
      greatest = Math.max(greatest, Math.abs(expected[i]));
      apart = Math.max(apart, Math.abs((double) found[i] - expected[i]));
    }
    assertThat(apart / greatest).isCloseTo(0, within(TOLERANCE));
  }
}
