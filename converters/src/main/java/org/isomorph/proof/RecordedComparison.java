package org.isomorph.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Type;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * Two recordings side by side. Neither can be given the other's values, so that what one layer does
 * wrong is still there in all behind it: of layers what they add to the stream is compared, {@code
 * out - in}, and only the first that is off is at fault for certain.
 *
 * <p>Nothing can be run again either: the floor is what the coarser dtype usually does.
 */
public final class RecordedComparison {
  private static final Pattern LAYER = Pattern.compile("([a-z_]+\\.\\d{1,9})\\..*");

  private final Rows rows;
  private final double floor;
  private final Function<String, Tensor> one;
  private final Function<String, Tensor> other;

  private RecordedComparison(
      Rows rows, double floor, Function<String, Tensor> one, Function<String, Tensor> other) {
    this.rows = rows;
    this.floor = floor;
    this.one = one;
    this.other = other;
  }

  /**
   * Compares.
   *
   * @param names of values that both have, in the order of computation
   * @param inputs what both were given
   * @param coarsest what the coarser of both computed in
   * @param one reads a value of the first
   * @param other reads a value of the second
   */
  public static Report of(
      List<String> names,
      Map<String, Tensor> inputs,
      DType coarsest,
      Function<String, Tensor> one,
      Function<String, Tensor> other) {
    double floor = Math.max(10 * Floor.LEAST, 4 * Floor.rounding(coarsest));
    return new RecordedComparison(Rows.of(inputs), floor, one, other).compare(names, inputs);
  }

  private Report compare(List<String> names, Map<String, Tensor> inputs) {
    if (names.isEmpty())
      return Report.notComparable(List.of("the recordings have no value in common"), List.of());
    Map<String, List<String>> pieces = new LinkedHashMap<>();
    for (String name : names) pieces.computeIfAbsent(piece(name), _ -> new ArrayList<>()).add(name);
    List<Report.Place> places = new ArrayList<>();
    List<Report.Look> looks = new ArrayList<>();
    List<OutputDeviation> outputs = new ArrayList<>();
    for (Map.Entry<String, List<String>> piece : pieces.entrySet()) {
      List<Report.Step> steps = new ArrayList<>();
      for (String name : piece.getValue()) {
        Tensor a = one.apply(name), b = other.apply(name);
        if (!a.shape().equals(b.shape()))
          return Report.notComparable(
              List.of(
                  "%s: %s in the first, %s in the second".formatted(name, a.shape(), b.shape())),
              List.of());
        steps.add(new Report.Step(name, rows.between(type(a), a, b), floor));
        if (name.endsWith("logits")) outputs.add(rows.results(name, type(a), a, b));
      }
      Report.Place place = place(piece.getKey(), piece.getValue(), steps);
      places.add(place);
      if (place.isFaulty() && looks.isEmpty()) looks.add(look(place, steps));
    }
    return new Report(
        outcome(places), List.of(), places, looks, outputs, List.of(), List.of(), tokens(inputs));
  }

  private Report.Place place(String piece, List<String> names, List<Report.Step> steps) {
    String in = piece + ".in", out = piece + ".out";
    Report.Step last =
        steps.stream().filter(step -> step.value().equals(out)).findFirst().orElse(steps.getLast());
    Deviation local = last.local();
    if (names.contains(in) && names.contains(out)) local = increments(in, out);
    return new Report.Place(piece, local, floor, last.local(), false, OptionalDouble.empty());
  }

  /** How far apart is what the layer adds to the stream. */
  private Deviation increments(String in, String out) {
    Tensor a = difference(one.apply(out), one.apply(in));
    Tensor b = difference(other.apply(out), other.apply(in));
    return rows.between(type(a), a, b);
  }

  private static Tensor difference(Tensor out, Tensor in) {
    if (!out.shape().equals(in.shape())) return out;
    float[] a = out.floats(), b = in.floats();
    for (int at = 0; at < a.length; at++) a[at] -= b[at];
    return Tensor.ofFloats(out.shape(), a);
  }

  private static Report.Look look(Report.Place place, List<Report.Step> steps) {
    return new Report.Look(
        place.name(), steps, Report.Fault.of(place, steps), List.of(), List.of());
  }

  /** What is off from the first layer on may be off everywhere. */
  private static Report.Outcome outcome(List<Report.Place> places) {
    boolean clean = false;
    for (Report.Place place : places) {
      if (place.isFaulty()) return clean ? Report.Outcome.ONE_PLACE : Report.Outcome.EVERYWHERE;
      clean |= LAYER.matcher(place.name() + ".").matches();
    }
    return Report.Outcome.SAME;
  }

  private static String piece(String name) {
    Matcher parts = LAYER.matcher(name);
    if (parts.matches()) return parts.group(1);
    return name.contains("embed") ? "inputs" : "heads";
  }

  private static Type type(Tensor value) {
    return switch (value.shape().rank()) {
      case 4 -> Type.of(Type.Kind.FLOAT, Dim.BATCH, Dim.ONE, Dim.SEQ, Dim.ONE);
      case 3 -> Type.of(Type.Kind.FLOAT, Dim.BATCH, Dim.SEQ, Dim.ONE);
      case 2 -> Type.of(Type.Kind.FLOAT, Dim.BATCH, Dim.ONE);
      default -> Type.of(Type.Kind.FLOAT, Dim.ONE);
    };
  }

  private static long tokens(Map<String, Tensor> inputs) {
    Tensor ids = inputs.get("input_ids");
    return ids == null ? 0 : ids.shape().elements();
  }
}
