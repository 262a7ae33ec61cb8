package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import org.isomorph.proof.Deviation;
import org.isomorph.proof.OutputDeviation;
import org.isomorph.proof.Report.Outcome;

/**
 * What executing a checkpoint came to, compared with the model that it should be.
 *
 * @param outcome in a word
 * @param reasons why they cannot be compared; empty where they can
 * @param layout how the ranks share the model
 * @param ranks how many were run
 * @param tokens how many were compared
 * @param layers how far the residual stream is off behind each layer
 * @param logits how far the logits are
 */
public record ExecutionReport(
    Outcome outcome,
    List<String> reasons,
    String layout,
    int ranks,
    long tokens,
    List<Deviation> layers,
    Optional<OutputDeviation> logits) {
  /** What logits may be off by, as a part of the largest: other orders of sums do no more. */
  public static final double TOLERATED = 1e-4;

  public ExecutionReport {
    reasons = List.copyOf(reasons);
    layers = List.copyOf(layers);
  }

  /** The first layer behind which the residual stream is off by more than rounding does. */
  public Optional<Integer> parting() {
    if (outcome != Outcome.EVERYWHERE) return Optional.empty();
    for (int layer = 0; layer < layers.size(); layer++)
      if (!(layers.get(layer).greatest() <= TOLERATED)) return Optional.of(layer);
    return Optional.empty();
  }

  /** The verdict in one line, for a ticket. */
  public String verdict() {
    String run =
        "as Megatron computes, %d rank%s (%s)".formatted(ranks, ranks == 1 ? "" : "s", layout);
    return switch (outcome) {
      case NOT_COMPARABLE -> "not comparable: " + String.join("; ", reasons);
      case SAME -> "same " + run + ": " + words();
      case ONE_PLACE, EVERYWHERE -> "differs " + run + ": " + words() + "; " + place();
    };
  }

  private String words() {
    return logits.map(OutputDeviation::toString).orElse("");
  }

  private String place() {
    return parting()
        .map(layer ->
            "layer %d is the first behind which they part, by %s"
                .formatted(layer, layers.get(layer)))
        .orElse("all layers agree, the norm and the logits behind them do not");
  }
}
