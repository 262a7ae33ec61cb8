package org.isomorph.proof;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * A model as a reference: run as far as it is asked about, one piece at a time. What no later piece
 * reads is forgotten with the next piece.
 */
public final class RunningReference implements Reference, AutoCloseable {
  private final PiecewiseModel model;
  private final Map<String, Tensor> inputs;
  private final Carried known;
  private int next;

  private RunningReference(PiecewiseModel model, Map<String, Tensor> inputs) {
    this.model = model;
    this.inputs = Map.copyOf(inputs);
    this.known = new Carried(model.pieces(), model.inputs(inputs));
  }

  /**
   * A model that is about to run.
   *
   * @param inputs by Hugging Face's names
   * @throws org.isomorph.runtime.RunException if the inputs do not fit, or weights are missing
   */
  public static RunningReference of(Subject subject, Map<String, Tensor> inputs) {
    PiecewiseModel model =
        PiecewiseModel.of(subject.model(), subject.weights(), subject.computed());
    try {
      return new RunningReference(model, inputs);
    } catch (RuntimeException failed) {
      model.close();
      throw failed;
    }
  }

  /** The pieces that are run one after the other. */
  public List<Piece> pieces() {
    return model.pieces();
  }

  @Override
  public DType computed() {
    return model.dtype();
  }

  @Override
  public void close() {
    model.close();
  }

  @Override
  public Model model() {
    return model.model();
  }

  @Override
  public Map<String, Tensor> inputs() {
    return inputs;
  }

  @Override
  public Optional<Weights> weights() {
    return Optional.of(model.weights());
  }

  @Override
  public Map<String, Tensor> values(Collection<String> names) {
    Map<String, String> wanted = new HashMap<>();
    for (String name : names) wanted.put(name, own(name));
    Set<String> missing = new HashSet<>(wanted.values());
    Map<String, Tensor> tapped = new HashMap<>();
    missing.removeAll(known.values().keySet());
    if (next > 0) tap(model.pieces().get(next - 1), missing, tapped);
    while (anyBehind(missing)) {
      known.before(next);
      run(model.pieces().get(next++), missing, tapped);
    }
    Map<String, Tensor> found = new HashMap<>();
    wanted.forEach((name, own) -> {
      Tensor value = known.values().getOrDefault(own, tapped.get(own));
      if (value != null) found.put(name, value);
    });
    return found;
  }

  /** What the pieces call a value. */
  private String own(String name) {
    return model.graph().outputs().containsKey(name) ? name : model.handed(name);
  }

  /** What lies within the piece that was run last is computed again. */
  private void tap(Piece last, Set<String> missing, Map<String, Tensor> tapped) {
    if (missing.stream().anyMatch(last::computes)) run(last, missing, tapped);
  }

  private void run(Piece piece, Set<String> missing, Map<String, Tensor> tapped) {
    Set<String> handed = piece.graph().outputs().keySet();
    List<String> taps =
        missing.stream().filter(name -> !handed.contains(name) && piece.computes(name)).toList();
    try (PiecewiseModel.Bound bound = model.bind(piece.tap(taps))) {
      bound
          .run(known.values())
          .values()
          .forEach((name, value) -> {
            if (handed.contains(name)) known.put(name, value);
            else tapped.put(name, value);
          });
    }
    missing.removeAll(handed);
    missing.removeAll(taps);
  }

  private boolean anyBehind(Set<String> names) {
    return model.pieces().subList(next, model.pieces().size()).stream()
        .anyMatch(piece ->
            names.stream()
                .anyMatch(
                    name -> piece.graph().outputs().containsKey(name) || piece.computes(name)));
  }
}
