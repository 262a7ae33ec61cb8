package org.isomorph.spec;

/**
 * How a mixture scores its experts, chooses among them, and weights what they return. Scores are
 * computed in float32.
 */
public sealed interface Router {
  /** Refuses expert counts that this router cannot serve. */
  void check(long experts, long topK);

  /**
   * Softmax over all experts, the {@code topK} greatest chosen.
   *
   * @param renormalise whether the chosen weights are divided by their sum (Mixtral, Qwen3-MoE)
   * @param scale what the weights are multiplied by afterwards
   */
  record Softmax(boolean renormalise, double scale) implements Router {
    public Softmax {
      Require.positive("routing scale", scale);
    }

    @Override
    public String toString() {
      return "softmaxRouter(" + renormalise + ", " + Print.number(scale) + ")";
    }

    @Override
    public void check(long experts, long topK) {}
  }

  /**
   * Experts in groups: the best {@code topGroups} groups are kept, and the {@code topK} best
   * experts in them chosen.
   *
   * @param score how experts and groups are scored
   * @param correctionBias whether a learned bias is added to the scores for choosing, though not
   *     for weighting (DeepSeek-V3)
   */
  record Grouped(
      Score score,
      long groups,
      long topGroups,
      boolean renormalise,
      double scale,
      boolean correctionBias)
      implements Router {
    public Grouped {
      Require.positive("expert groups", groups);
      Require.positive("groups kept", topGroups);
      Require.atMost("groups kept", topGroups, "expert groups", groups);
      Require.positive("routing scale", scale);
    }

    @Override
    public void check(long experts, long topK) {
      Require.divides("experts", experts, "expert groups", groups);
      Require.atMost(
          "experts a token", topK, "experts in the groups kept", experts / groups * topGroups);
    }

    /** The same router with or without weights that are divided by their sum. */
    public Grouped renormalise(boolean toOne) {
      return new Grouped(score, groups, topGroups, toOne, scale, correctionBias);
    }

    @Override
    public String toString() {
      boolean corrected = score == Score.SIGMOID_TOP2 && correctionBias;
      boolean usual = corrected == renormalise;
      return (corrected ? "deepSeekRouter(" : "groupedRouter(" + score + ", ")
          + groups
          + ", "
          + topGroups
          + ", "
          + Print.number(scale)
          + ")"
          + (usual ? "" : ".renormalise(" + renormalise + ")")
          + (correctionBias && !corrected ? ".corrected()" : "");
    }

    /** The same router with a learned bias on the scores for choosing. */
    public Grouped corrected() {
      return new Grouped(score, groups, topGroups, renormalise, scale, true);
    }

    /** Scores of experts, and of a group from its experts'. */
    public enum Score {
      /** Softmax; a group scores its greatest (DeepSeek-V2). */
      SOFTMAX_MAX,
      /** Sigmoid; a group scores the sum of its two greatest (DeepSeek-V3). */
      SIGMOID_TOP2
    }
  }

  /**
   * Switch Transformer, arXiv 2101.03961: softmax, one expert, its output times its probability; a
   * token beyond an expert's capacity in its sequence passes unchanged.
   */
  record Switch(long capacity) implements Router {
    public Switch {
      Require.positive("expert capacity", capacity);
    }

    @Override
    public String toString() {
      return "switchRouter(" + capacity + ")";
    }

    @Override
    public void check(long experts, long topK) {
      Require.that(topK == 1, "a switch router sends a token to one expert, not to " + topK);
    }
  }
}
