package org.isomorph.spec;

import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a model computes from the output of its last tower. */
public sealed interface Head {
  /**
   * This head as part of a model whose last tower is given, with what depends on that filled in.
   */
  default Head resolved(Tower last) {
    return this;
  }

  /** What the names of this head's parameters begin with. */
  default String label() {
    return switch (this) {
      case Lm _ -> "head";
      case Mlm _ -> "mlm";
      case NextSentence _ -> "nsp";
      case Pooler _ -> "pooler";
      case Classes _ -> "classes";
      case Reward _ -> "reward";
      case Project project -> "project." + project.tower();
      case Similarity _ -> "logit_scale";
      case NextTokens _ -> "mtp";
    };
  }

  /** Which of the sequence's vectors the head reads, null for all of them. */
  default @Nullable Pooling pooling() {
    return null;
  }

  /**
   * Language model logits: {@code (batch, seq, hidden)} to {@code (batch, seq, vocabulary)}.
   *
   * @param isTied whether the weight is the token table
   * @param bias whether logits have a bias
   * @param isNormalised whether each row of the weight is divided by its length first (Baichuan 2's
   *     NormHead)
   * @param scale what logits are multiplied by
   * @param cap logits become {@code cap * tanh(logit / cap)}
   */
  record Lm(boolean isTied, boolean bias, boolean isNormalised, double scale, OptionalDouble cap)
      implements Head {
    public Lm {
      Require.finite("logit scale", scale);
      Require.positive("logit cap", cap);
    }

    public Lm tied() {
      return tied(true);
    }

    public Lm tied(boolean toTable) {
      return new Lm(toTable, bias, isNormalised, scale, cap);
    }

    public Lm biased() {
      return new Lm(isTied, true, isNormalised, scale, cap);
    }

    public Lm normalised() {
      return normalised(true);
    }

    public Lm normalised(boolean rows) {
      return new Lm(isTied, bias, rows, scale, cap);
    }

    public Lm scale(double factor) {
      return new Lm(isTied, bias, isNormalised, factor, cap);
    }

    public Lm cap(double most) {
      return new Lm(isTied, bias, isNormalised, scale, OptionalDouble.of(most));
    }

    @Override
    public String toString() {
      return "lm()"
          + (isTied ? ".tied()" : "")
          + (bias ? ".biased()" : "")
          + (isNormalised ? ".normalised()" : "")
          + (scale == 1 ? "" : ".scale(" + Print.number(scale) + ")")
          + (cap.isEmpty() ? "" : ".cap(" + Print.number(cap.getAsDouble()) + ")");
    }
  }

  /**
   * Masked language model logits, BERT: dense, activation, norm, then the token table and a bias.
   */
  record Mlm(Activation activation, Norm norm) implements Head {
    @Override
    public String toString() {
      return "mlm(" + activation + ", " + norm + ")";
    }
  }

  /** Whether the second segment follows the first: two logits from the pooled vector. */
  record NextSentence() implements Head {
    @Override
    public String toString() {
      return "nextSentence()";
    }
  }

  /** A dense layer and an activation over the first vector. */
  record Pooler(Activation activation) implements Head {
    @Override
    public String toString() {
      return "pooler(" + activation + ")";
    }
  }

  /** Class logits from one pooled vector. */
  record Classes(long count, boolean bias, Pooling pooling) implements Head {
    public Classes {
      Require.positive("classes", count);
    }

    @Override
    public String toString() {
      return "classes(" + count + ", " + pooling + ")" + (bias ? "" : ".unbiased()");
    }

    public Classes unbiased() {
      return new Classes(count, false, pooling);
    }
  }

  /** One number from the last vector that is not padding. */
  record Reward(boolean bias) implements Head {
    @Override
    public String toString() {
      return "reward()" + (bias ? ".biased()" : "");
    }

    public Reward biased() {
      return new Reward(true);
    }
  }

  /** A tower's pooled vector in a space that several towers share (CLIP). */
  record Project(String tower, long width, Pooling pooling) implements Head {
    public Project {
      Require.positive("projection width", width);
    }

    @Override
    public String toString() {
      return "project(" + tower + ", " + width + ", " + pooling + ")";
    }
  }

  /** Cosines between projected vectors, times the exponential of a learned scale (CLIP). */
  record Similarity() implements Head {
    @Override
    public String toString() {
      return "similarity()";
    }
  }

  /**
   * Multi-token prediction, DeepSeek-V3: one more block for each further token, fed with the stream
   * and the next embedding; table and language model head are the model's own.
   *
   * @param depth how many further tokens
   * @param block the shape of the blocks; empty until the model fills in its last layer's
   */
  record NextTokens(long depth, Optional<Block> block) implements Head {
    public NextTokens {
      Require.positive("further tokens", depth);
    }

    @Override
    public Head resolved(Tower last) {
      if (block.isPresent())
        return new NextTokens(depth, block.map(own -> own.resolved(last.dim())));
      return last.runs().isEmpty()
          ? this
          : new NextTokens(depth, Optional.of(last.runs().getLast().block()));
    }

    @Override
    public String toString() {
      return "nextTokens(" + depth + ")";
    }
  }
}
