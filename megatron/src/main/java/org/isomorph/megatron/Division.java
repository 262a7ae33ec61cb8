package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How somebody wants the layers of a model divided into stages, in Megatron's own terms.
 *
 * @param stages the ranks of the pipeline
 * @param virtual chunks a rank
 * @param firstLayers layers of the first stage, where they differ from the others'
 * @param lastLayers layers of the last one, likewise
 * @param countsEmbedding whether the embedding counts as a layer, so that the first stage has one
 *     less
 * @param countsHead whether the head does, so that the last one has one less
 * @param text the whole written out, in place of all counts: {@link DivisionText}
 */
public record Division(
    int stages,
    int virtual,
    OptionalInt firstLayers,
    OptionalInt lastLayers,
    boolean countsEmbedding,
    boolean countsHead,
    Optional<String> text) {
  /** One stage. */
  public static final Division NONE = even(1);

  public Division {
    require(stages >= 1, "pipeline stages", "at least 1", stages);
    require(virtual >= 1, "virtual stages", "at least 1", virtual);
    if (virtual > 1 && stages == 1)
      throw new MegatronException(
          "%d virtual stages: expected at least 2 pipeline stages to pass through, found 1"
              .formatted(virtual));
    boolean counted = firstLayers.isPresent() || lastLayers.isPresent();
    if (counted && (countsEmbedding || countsHead))
      throw new MegatronException(
          "embedding and head count as layers only where stages are even: leave out either that, or the layers of the first and the last stage");
    if (text.isPresent() && (counted || countsEmbedding || countsHead))
      throw new MegatronException(
          "a pipeline layout says how many layers each stage has: leave out the other numbers");
  }

  /** Equally many layers a stage. */
  public static Division even(int stages) {
    return new Division(
        stages, 1, OptionalInt.empty(), OptionalInt.empty(), false, false, Optional.empty());
  }

  /**
   * The stages of a model.
   *
   * @param depth its layers
   * @param predicting its layers that predict further tokens
   * @throws MegatronException if they cannot be divided so, with the numbers
   */
  public Pipeline of(int depth, int predicting) {
    if (text.isPresent()) return DivisionText.read(text.get(), depth, predicting, stages, virtual);
    List<Integer> counts = counts(depth);
    List<Pipeline.Content> contents = new ArrayList<>();
    for (int pass = 0; pass < virtual; pass++)
      for (int stage = 0; stage < stages; stage++) {
        boolean begins = pass == 0 && stage == 0;
        boolean ends = pass == virtual - 1 && stage == stages - 1;
        int layers = counts.get(stage) / virtual;
        if (countsEmbedding && begins) layers--;
        if (countsHead && ends) layers--;
        contents.add(new Pipeline.Content(begins, layers, ends && predicting > 0, ends));
      }
    return Pipeline.of(stages, virtual, contents);
  }

  /** The layers of each stage, those that embedding and head count as among them. */
  private List<Integer> counts(int depth) {
    int counted = depth + (countsEmbedding ? 1 : 0) + (countsHead ? 1 : 0);
    int others = stages - (firstLayers.isPresent() ? 1 : 0) - (lastLayers.isPresent() ? 1 : 0);
    int left = counted - firstLayers.orElse(0) - lastLayers.orElse(0);
    firstLayers.ifPresent(
        n -> require(n >= 0 && n <= depth, "layers of the first stage", "0 to " + depth, n));
    lastLayers.ifPresent(
        n -> require(n >= 0 && n <= depth, "layers of the last stage", "0 to " + depth, n));
    if (others < 0 || left < 0 || (others == 0 ? left != 0 : left % others != 0))
      throw new MegatronException(
          "%d layers%s over %d pipeline stages%s: expected the %d left to divide evenly among %d stages"
              .formatted(
                  depth,
                  counted == depth ? "" : " and %d that count as such".formatted(counted - depth),
                  stages,
                  ends(),
                  left,
                  Math.max(others, 0)));
    List<Integer> counts = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      boolean first = stage == 0 && firstLayers.isPresent();
      boolean last = stage == stages - 1 && lastLayers.isPresent();
      int layers = first ? firstLayers.getAsInt() : last ? lastLayers.getAsInt() : left / others;
      if (layers % virtual != 0)
        throw new MegatronException(
            "stage %d has %d layers: expected a multiple of the %d virtual stages"
                .formatted(stage, layers, virtual));
      counts.add(layers);
    }
    return counts;
  }

  private String ends() {
    List<String> ends = new ArrayList<>();
    firstLayers.ifPresent(n -> ends.add(n + " on the first"));
    lastLayers.ifPresent(n -> ends.add(n + " on the last"));
    return ends.isEmpty() ? "" : " (" + String.join(", ", ends) + ")";
  }

  private static void require(boolean holds, String what, String expected, int found) {
    if (!holds)
      throw new MegatronException("%s: expected %s, found %d".formatted(what, expected, found));
  }
}
