package org.isomorph.debug.recording;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.proof.Reference;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/** A recording as what is right: values are read from disk as a comparison comes to them. */
public final class RecordedReference implements Reference {
  private final Recording recording;
  private final Model model;
  private final Graph graph;

  /** Recorded names by what the graph calls the values: one value may have several names. */
  private final Map<String, String> recorded = new HashMap<>();

  /**
   * A recording of a model.
   *
   * @param model its description, or that of a model of the same outline
   */
  public RecordedReference(Recording recording, Model model) {
    this.recording = recording;
    this.model = model;
    this.graph = Lowering.whole(model);
    for (String name : recording.names()) recorded.putIfAbsent(own(name), name);
  }

  /** Results of heads are known by their labels. */
  private String own(String name) {
    return graph.outputs().getOrDefault(name, graph.value(name));
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public Map<String, Tensor> inputs() {
    return recording.inputs();
  }

  @Override
  public Map<String, Tensor> values(Collection<String> names) {
    Map<String, Tensor> found = new HashMap<>();
    for (String name : names) {
      String as = recorded.get(own(name));
      if (as != null) found.put(name, recording.read(as));
    }
    return found;
  }

  @Override
  public Optional<Weights> weights() {
    return Optional.empty();
  }

  @Override
  public DType computed() {
    return recording.computed();
  }
}
