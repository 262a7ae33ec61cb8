package org.isomorph.samples;

import static org.isomorph.spec.Dsl.alibi;
import static org.isomorph.spec.Dsl.geglu;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mqa;
import static org.isomorph.spec.Dsl.prefix;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.sandwich;

import org.isomorph.runtime.Generation;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.runtime.Sampling;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** A model that no family has, with random weights: run, looked into, and generated from. */
public final class RunYourOwn {
  // snippet: describe
  static final Model OWN =
      prefix("own", 256, 64, Mask.Extent.Given.GIVEN)
          .layers(4, sandwich(rms(1e-6)).attention(mqa(4).position(alibi())).ffn(geglu(176)))
          .head(lm().tied());

  // end

  private RunYourOwn() {}

  public static void main(String[] args) {
    // snippet: load
    try (LoadedModel model = LoadedModel.load(OWN, Weights.random(OWN, 7), RunOptions.usual())) {
      look(model);
      generate(model);
    }
    // end
  }

  private static void look(LoadedModel model) {
    // snippet: look
    Request request =
        Request.ids(5, 9, 3, 11, 20)
            .with("prefix_lengths", Tensor.ofLongs(Shape.of(1), 3))
            .tap("decoder.*.out", "decoder.1.attn.probs");
    Outputs outputs = model.forward(request);

    System.out.println(outputs.logits().shape()); // [1, 5, 256]: batch, tokens, vocabulary
    Tensor probs = outputs.get("decoder.1.attn.probs"); // batch, heads, queries, keys
    System.out.println(probs.get(0, 0, 0, 2) > 0); // true: the prefix is seen whole
    System.out.println(probs.get(0, 0, 3, 4) == 0); // true: behind it, nobody sees ahead
    // end

    // snippet: feed
    Outputs again = model.forward(request.feed("decoder.1.out", outputs.get("decoder.1.out")));
    System.out.println(again.logits().equals(outputs.logits())); // true
    // end
  }

  private static void generate(LoadedModel model) {
    // snippet: generate
    long[] prompt = {5, 9, 3, 11};
    Sampling sampling = Sampling.random(7).temperature(0.8).topK(40).maxTokens(8);
    try (Generation generation = model.generate(prompt, sampling)) {
      for (long token : generation) System.out.print(token + " ");
      System.out.println(generation.end().orElseThrow());
    }
    // end
  }
}
