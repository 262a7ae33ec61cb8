package org.isomorph.samples;

import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.swiglu;

import org.isomorph.spec.Estimates;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;

/** A model is a value: LLaMA-3-8B, and what follows from its description. */
public final class DescribeAModel {
  private DescribeAModel() {}

  /** The model. */
  public static Model llama3() {
    // snippet: describe in Java
    Model llama3 =
        causal("llama-3-8b", 128_256, 4096)
            .layers(32, block(rms(1e-5)).attention(gqa(32, 8).rope(500_000)).ffn(swiglu(14_336)))
            .head(lm());
    // end
    return llama3;
  }

  public static void main(String[] args) {
    Model llama3 = llama3();
    Estimates costs = Estimates.of(llama3);
    System.out.printf("%,d parameters%n", costs.parameters());
    System.out.printf("%,d FLOPs for one token%n", costs.flopsPerToken());
    System.out.printf("%,d bytes of cache for one%n", costs.cacheBytesPerToken(DType.BF16));
    System.out.println(llama3);
  }
}
