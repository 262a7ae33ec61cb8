package org.isomorph.proof;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Difference;

/**
 * What comparing two models came to.
 *
 * @param outcome in a word
 * @param reasons why they cannot be compared; empty where they can
 * @param places every piece, in the order of computation
 * @param fault where they part first; empty where they do not
 * @param outputs what it comes to in the end
 * @param descriptions what differs in the descriptions and changes what is computed: what may
 *     explain the fault, or another way of saying the same
 * @param weights what differs in the weights of the first place that does not compute the same
 * @param tokens how many tokens or patches were compared
 */
public record Report(
    Outcome outcome,
    List<String> reasons,
    List<Place> places,
    Optional<Fault> fault,
    List<OutputDeviation> outputs,
    List<Difference> descriptions,
    List<ParameterDifference> weights,
    long tokens) {
  public Report {
    reasons = List.copyOf(reasons);
    places = List.copyOf(places);
    outputs = List.copyOf(outputs);
    descriptions = List.copyOf(descriptions);
    weights = List.copyOf(weights);
  }

  /** Verdicts, and the exit statuses by which scripts know them. */
  public enum Outcome {
    SAME(0),
    ONE_PLACE(2),
    EVERYWHERE(3),
    NOT_COMPARABLE(4);

    private final int exit;

    Outcome(int exit) {
      this.exit = exit;
    }

    public int exit() {
      return exit;
    }
  }

  /**
   * One piece: a layer, or what stands around layers.
   *
   * @param name {@code decoder.3}
   * @param local how far the candidate is from the reference when both are given the same
   * @param floor what rounding alone does here; 0 where it was not needed
   * @param accumulated how far they are apart when each is left to itself
   */
  public record Place(String name, Deviation local, double floor, Deviation accumulated) {
    /** Whether the difference is more than rounding. */
    public boolean isFaulty() {
      return local.greatest() > Floor.FACTOR * Math.max(floor, Floor.LEAST);
    }
  }

  /**
   * A value that is not the same although all before it are.
   *
   * @param value its canonical name
   * @param local how far it is off
   * @param floor what rounding alone does
   */
  public record Fault(String value, Deviation local, double floor) {}

  static Report notComparable(List<String> reasons, List<Difference> descriptions) {
    return new Report(
        Outcome.NOT_COMPARABLE,
        reasons,
        List.of(),
        Optional.empty(),
        List.of(),
        descriptions,
        List.of(),
        0);
  }

  /** Those that do not compute the same. */
  public List<Place> faulty() {
    return places.stream().filter(Place::isFaulty).toList();
  }

  /** The place with the greatest local deviation, as a multiple of what is tolerated. */
  public Optional<Place> worst() {
    return places.stream()
        .max(
            Comparator.comparingDouble(
                place -> place.local().greatest() / Math.max(place.floor(), Floor.LEAST)));
  }
}
