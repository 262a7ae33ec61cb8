package org.isomorph.samples;

import static org.isomorph.spec.Activation.RELU;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.buckets;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mha;
import static org.isomorph.spec.Dsl.mlp;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.seq2seq;

import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;

/** Two towers that share a table of tokens: T5-base, and the parameters of one decoder layer. */
public final class DescribeEncoderDecoder {
  private DescribeEncoderDecoder() {}

  /** The model. */
  public static Model t5() {
    // T5's scores are not divided by the square root of the head dimension.
    Heads plain = mha(12).headDim(64).scale(1);
    // One table of distances serves all layers of a tower.
    Heads self = plain.position(buckets(32, 128));
    return seq2seq(
            "t5-base",
            32_128,
            768,
            encoder -> encoder.layers(12, block(rms(1e-6)).attention(self).ffn(mlp(3072, RELU))),
            decoder ->
                decoder.layers(
                    12, block(rms(1e-6)).attention(self).cross(plain).ffn(mlp(3072, RELU))))
        .head(lm().tied().scale(Math.pow(768, -0.5)));
  }

  public static void main(String[] args) {
    Model t5 = t5();
    System.out.printf("%,d parameters, of which decoder layer 11 has:%n", t5.parameters());
    for (Parameter parameter : Parameters.of(t5))
      if (parameter.name().startsWith("decoder.11."))
        System.out.printf("%-32s %s%n", parameter.name(), parameter.shape());
  }
}
