package org.isomorph.proof;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.isomorph.spec.Difference;

/**
 * What comparing two models came to.
 *
 * @param outcome in a word
 * @param reasons why they cannot be compared; empty where they can
 * @param places every piece, in the order of computation
 * @param looks into the first pieces that are faulty, in the order of computation
 * @param outputs what it comes to in the end
 * @param descriptions what differs in the descriptions and changes what is computed: what may
 *     explain the fault, or another way of saying the same
 * @param unseen pieces that were not compared, as the reference is a recording that lacks them
 * @param tokens how many tokens or patches were compared
 */
public record Report(
    Outcome outcome,
    List<String> reasons,
    List<Place> places,
    List<Look> looks,
    List<OutputDeviation> outputs,
    List<Difference> descriptions,
    List<String> unseen,
    long tokens) {
  /** No floor is lower: sums in float32 differ by as much when they are taken in another order. */
  public static final double LEAST_FLOOR = Floor.LEAST;

  public Report {
    reasons = List.copyOf(reasons);
    places = List.copyOf(places);
    looks = List.copyOf(looks);
    outputs = List.copyOf(outputs);
    descriptions = List.copyOf(descriptions);
    unseen = List.copyOf(unseen);
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
   * @param isForced whether the candidate's piece was given what the reference's was; where the
   *     reference is a recording that lacks it, it was given its own
   * @param lens how far what the two would predict from here is apart, each left to itself: the
   *     mean Kullback-Leibler divergence in nats through the candidate's final norm and head; empty
   *     where there is nothing to predict from
   */
  public record Place(
      String name,
      Deviation local,
      double floor,
      Deviation accumulated,
      boolean isForced,
      OptionalDouble lens) {
    /** Whether the difference is more than rounding. */
    public boolean isFaulty() {
      return local.greatest() > Floor.tolerated(floor);
    }

    Place lens(double divergence) {
      return new Place(name, local, floor, accumulated, isForced, OptionalDouble.of(divergence));
    }
  }

  /**
   * A look into a faulty piece.
   *
   * @param piece its name
   * @param steps the values within, in the order of computation
   * @param fault the first that is off
   * @param weights what differs in the weights of the piece
   * @param explanations the mistakes that would do this, where one was found
   */
  public record Look(
      String piece,
      List<Step> steps,
      Fault fault,
      List<ParameterDifference> weights,
      List<Explanation> explanations) {
    public Look {
      steps = List.copyOf(steps);
      weights = List.copyOf(weights);
      explanations = List.copyOf(explanations);
    }
  }

  /**
   * A value within a piece.
   *
   * @param value its canonical name
   * @param local how far it is off when the piece was given the same
   * @param floor what rounding alone does
   */
  public record Step(String value, Deviation local, double floor) {
    /** Whether the difference is more than rounding. */
    public boolean isFaulty() {
      return local.greatest() > Floor.tolerated(floor);
    }
  }

  /**
   * A value that is not the same although all before it are.
   *
   * @param value its canonical name
   * @param local how far it is off
   * @param floor what rounding alone does
   */
  public record Fault(String value, Deviation local, double floor) {
    /** The first of a place's values that is off; the place itself where none is by itself. */
    static Fault of(Place place, List<Step> steps) {
      return steps.stream()
          .filter(Step::isFaulty)
          .findFirst()
          .map(step -> new Fault(step.value(), step.local(), step.floor()))
          .orElseGet(() -> new Fault(place.name(), place.local(), place.floor()));
    }
  }

  /** What cannot be compared, and why. */
  public static Report notComparable(List<String> reasons, List<Difference> descriptions) {
    return new Report(
        Outcome.NOT_COMPARABLE,
        reasons,
        List.of(),
        List.of(),
        List.of(),
        descriptions,
        List.of(),
        0);
  }

  /** Where they part first; empty where they do not. */
  public Optional<Fault> fault() {
    return looks.stream().map(Look::fault).findFirst();
  }

  /** What differs in the weights of the first piece that does not compute the same. */
  public List<ParameterDifference> weights() {
    return looks.isEmpty() ? List.of() : looks.getFirst().weights();
  }

  /** The mistakes that were found, each once. */
  public List<Explanation> explanations() {
    return looks.stream().flatMap(look -> look.explanations().stream()).distinct().toList();
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
