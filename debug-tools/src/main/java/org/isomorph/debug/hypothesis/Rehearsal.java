package org.isomorph.debug.hypothesis;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.isomorph.graph.GraphException;
import org.isomorph.graph.Piece;
import org.isomorph.proof.Suspect;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The suspect's piece as it would run if a guess were true. */
final class Rehearsal implements AutoCloseable {
  private final Suspect suspect;
  private final Scene scene;
  private final PiecewiseModel unchanged;

  Rehearsal(Scene scene) {
    this.scene = scene;
    this.suspect = scene.suspect();
    this.unchanged = PiecewiseModel.of(scene.model(), scene.weights(), DType.F32);
  }

  /** How far the other side is from what the guess computes; empty if it computes nothing. */
  Optional<Double> apart(Guess guess) {
    Weights weights = overlaid(guess);
    try {
      Map<String, Tensor> made;
      if (guess.model().isEmpty()) made = run(unchanged, weights);
      else
        try (PiecewiseModel changed = PiecewiseModel.of(guess.model().get(), weights, DType.F32)) {
          made = run(changed, weights);
        }
      Map<String, Tensor> other = scene.isReference() ? suspect.found() : suspect.expected();
      return made.isEmpty()
          ? Optional.empty()
          : Optional.of(suspect.apart().applyAsDouble(other, made));
    } catch (RunException | GraphException impossible) {
      return Optional.empty();
    }
  }

  private Weights overlaid(Guess guess) {
    Map<String, Tensor> made = new HashMap<>();
    guess.weights().forEach((name, grid) -> made.put(name, grid.tensor(scene.shape(name))));
    if (made.isEmpty()) return scene.weights();
    Weights memory = Weights.of(made);
    return name -> made.containsKey(name) ? memory.find(name) : scene.weights().find(name);
  }

  /** Runs the piece, and before it what makes masks and tables, on the reference's values. */
  private Map<String, Tensor> run(PiecewiseModel model, Weights weights) {
    Map<String, String> canonical = new LinkedHashMap<>();
    for (Value value : Values.of(model.model()).all())
      canonical.putIfAbsent(model.handed(value.name()), value.name());
    for (String label : model.graph().outputs().keySet()) canonical.put(label, label);
    Map<String, Tensor> values = new HashMap<>(model.inputs(suspect.reference().inputs()));
    for (Piece piece : model.pieces()) {
      boolean itself = piece.name().equals(scene.piece());
      if (!itself && piece.isLayer()) continue;
      for (String name : piece.graph().inputs().keySet()) {
        String called = canonical.get(name);
        @Nullable Tensor given = called == null ? null : suspect.given().get(called);
        if (given != null) values.put(name, given);
        // What comes from another tower is not run again.
        @Nullable Tensor same = suspect.given().get(name);
        if (itself && called == null && same != null) values.putIfAbsent(name, same);
      }
      if (!itself && !values.keySet().containsAll(piece.graph().inputs().keySet())) continue;
      try (PiecewiseModel.Bound bound = model.bind(piece, weights)) {
        Map<String, Tensor> made = bound.run(values).values();
        if (!itself) {
          values.putAll(made);
          continue;
        }
        Map<String, Tensor> named = new HashMap<>();
        made.forEach((label, value) -> {
          String called = canonical.get(label);
          if (called != null) named.put(called, value);
        });
        return named;
      }
    }
    return Map.of();
  }

  @Override
  public void close() {
    unchanged.close();
  }
}
