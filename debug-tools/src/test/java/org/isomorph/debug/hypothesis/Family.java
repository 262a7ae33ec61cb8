package org.isomorph.debug.hypothesis;

import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.CheckpointWeights;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Projection;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** Small models with random weights that behave somewhat like trained ones. */
public record Family(String name, Model model, Map<String, float[]> weights) {
  private static final int LAYERS = 5;
  private static final int DIM = 64;
  private static final int VOCABULARY = 128;

  public static List<Family> all() {
    return List.of(llama(), neox(), sink(), mixture());
  }

  public static Family llama() {
    Model model =
        causal("llama-like", VOCABULARY, DIM)
            .layers(LAYERS, block(rms(1e-5)).attention(gqa(8, 4).rope(10_000)).ffn(swiglu(96)))
            .head(lm());
    return new Family("llama-like, grouped-query", model, random(model, 1));
  }

  public static Family neox() {
    Model model =
        causal("neox-like", VOCABULARY, DIM)
            .layers(
                LAYERS,
                block(layerNorm(1e-5))
                    .parallel(
                        mha(4).position(rope(10_000).dim(8)).biased(),
                        mlp(128, Activation.GELU).biased()))
            .head(lm());
    return new Family("NeoX-like, parallel", model, random(model, 2));
  }

  /** The first token's activation is massive in one component, and most heads look there. */
  public static Family sink() {
    Model model =
        causal("sink", VOCABULARY, DIM)
            .layers(
                LAYERS,
                block(rms(1e-6))
                    .attention(
                        gqa(8, 4).rope(10_000).biased(Projection.Q, Projection.K, Projection.V))
                    .ffn(swiglu(96)))
            .head(lm());
    Map<String, float[]> weights = random(model, 3);
    weights.get("embed.token.weight")[DIM + 7] = 400; // token 1 begins each prompt
    SplittableRandom random = new SplittableRandom(33);
    for (int layer = 0; layer < LAYERS; layer++) {
      float[] towards = new float[8];
      for (int i = 0; i < 8; i++) towards[i] = (float) random.nextGaussian();
      float[] q = weights.get("decoder." + layer + ".attn.q.bias");
      float[] k = weights.get("decoder." + layer + ".attn.k.weight");
      for (int row = 0; row < q.length; row++) q[row] += towards[row % 8];
      for (int row = 0; row < 32; row++) k[row * DIM + 7] += 0.25f * towards[row % 8];
    }
    return new Family("with a massive activation and an attention sink", model, weights);
  }

  public static Family mixture() {
    Model model =
        causal("moe", VOCABULARY, DIM)
            .layers(
                LAYERS,
                block(rms(1e-6))
                    .attention(mla(4, 24, 32, 8, 8, 16).rope(rope(10_000).pairs()))
                    .ffn(moe(6, 2, swiglu(32)).shared(swiglu(32)).router(softmaxRouter(true, 1))))
            .head(lm());
    return new Family("latent attention, mixture of experts", model, random(model, 4));
  }

  /** A trained model, for a run by hand. */
  static Family of(Path directory) throws IOException {
    Checkpoint checkpoint =
        Checkpoint.open(directory, Dialects.load(Family.class.getClassLoader()));
    CheckpointWeights stored = CheckpointWeights.of(checkpoint);
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Parameter each : Parameters.of(checkpoint.model()))
      weights.put(each.name(), stored.find(each.name()).tensor().floats());
    return new Family(directory.getFileName().toString(), checkpoint.model(), weights);
  }

  int layers() {
    return Math.toIntExact(model.last().depth());
  }

  private static Map<String, float[]> random(Model model, long seed) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Parameter each : Parameters.of(model)) {
      SplittableRandom random = new SplittableRandom(seed * 7919 + each.name().hashCode());
      double mean = each.kind() == Parameter.Kind.GAIN ? 1 : 0;
      double deviation =
          switch (each.kind()) {
            case MATRIX -> 1 / Math.sqrt((double) each.shape().dim(-1));
            case TABLE -> 1;
            case GAIN -> 0.2;
            case BIAS -> 0.3;
          };
      float[] values = new float[Math.toIntExact(each.shape().elements())];
      for (int i = 0; i < values.length; i++)
        values[i] = (float) random.nextGaussian(mean, deviation);
      weights.put(each.name(), values);
    }
    return weights;
  }

  /** Five prompts of different lengths, each with the token 1 in front. */
  public static long[] prompt(int index) {
    SplittableRandom random = new SplittableRandom(100 + index);
    long[] ids = new long[12 + 7 * index];
    for (int at = 0; at < ids.length; at++) ids[at] = at == 0 ? 1 : random.nextLong(2, VOCABULARY);
    return ids;
  }

  /** Weights as they would be stored. */
  public static Weights stored(Model model, Map<String, float[]> weights, DType dtype) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter each : Parameters.of(model))
      tensors.put(each.name(), tensor(each.shape(), weights.get(each.name()), dtype));
    return Weights.of(tensors);
  }

  private static Tensor tensor(Shape shape, float[] values, DType dtype) {
    if (dtype == DType.F32) return Tensor.ofFloats(shape, values);
    return Tensor.filled(
        DType.BF16,
        shape,
        data -> {
          for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            short rounded = (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
            data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, rounded);
          }
        });
  }
}
