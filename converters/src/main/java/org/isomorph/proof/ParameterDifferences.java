package org.isomorph.proof;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.runtime.WeightDifference;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Weights of two models, side by side, where both have them in one shape and one order. */
final class ParameterDifferences {
  private static final Pattern LAYER = Pattern.compile("([a-z_]+)\\.(\\d{1,9})\\.(.*)");

  private final Weights reference;
  private final Weights candidate;
  private final Counterparts counterparts;
  private final Map<String, Shape> ours = new HashMap<>();
  private final Map<String, Shape> theirs = new HashMap<>();

  ParameterDifferences(
      Model referenceModel, Weights reference, Model candidateModel, Weights candidate) {
    this.reference = reference;
    this.candidate = candidate;
    this.counterparts = new Counterparts(referenceModel, candidateModel);
    for (Parameter each : Parameters.of(referenceModel)) ours.put(each.name(), each.shape());
    for (Parameter each : Parameters.of(candidateModel)) theirs.put(each.name(), each.shape());
  }

  /** Whether all of these are the same numbers in both. */
  boolean areNone(Collection<String> parameters) {
    return parameters.stream().allMatch(name -> isShared(name) && difference(name, name).isNone());
  }

  /** How much rounding to the reference's dtypes moves these, as far as it has them. */
  double rounding(Collection<String> parameters) {
    return Floor.rounding(reference, parameters.stream().filter(ours::containsKey).toList());
  }

  /** Those of these that both models have, and have differently. */
  List<ParameterDifference> of(Collection<String> parameters) {
    List<ParameterDifference> found = new ArrayList<>();
    for (String name : parameters) {
      if (!isShared(name)) continue;
      WeightDifference difference = difference(name, name);
      if (!difference.isNone())
        found.add(new ParameterDifference(name, difference, holds(name, parameters)));
    }
    return found;
  }

  private boolean isShared(String name) {
    return haveOneShape(name, name) && counterparts.areAlike(name);
  }

  private boolean haveOneShape(String of, String in) {
    @Nullable Shape first = ours.get(of), second = theirs.get(in);
    return first != null && second != null && first.equals(second);
  }

  private WeightDifference difference(String of, String in) {
    return WeightDifference.between(reference.find(of), candidate.find(in));
  }

  /** What of the reference a parameter of the candidate holds in place of its own numbers. */
  private Optional<String> holds(String name, Collection<String> parameters) {
    Shape shape = theirs.get(name);
    if (shape == null || shape.rank() < 2) return Optional.empty();
    if (shape.rank() == 2
        && shape.dim(0) == shape.dim(1)
        && WeightDifference.transposed(candidate.find(name), reference.find(name)).isNone())
      return Optional.of("its transpose");
    List<String> others = new ArrayList<>(neighbours(name));
    others.addAll(parameters);
    return others.stream()
        .filter(other -> !other.equals(name) && haveOneShape(other, name))
        .filter(other -> difference(other, name).isNone())
        .map(other -> "the reference's " + other)
        .findFirst();
  }

  /** The same parameter one layer before and one behind. */
  private static List<String> neighbours(String name) {
    Matcher parts = LAYER.matcher(name);
    if (!parts.matches()) return List.of();
    long layer = Long.parseLong(parts.group(2));
    return List.of(
        parts.group(1) + "." + (layer - 1) + "." + parts.group(3),
        parts.group(1) + "." + (layer + 1) + "." + parts.group(3));
  }
}
