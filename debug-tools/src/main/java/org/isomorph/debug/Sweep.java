package org.isomorph.debug;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Tensor;

/**
 * Goes over many values in the order of computation, a stretch of layers at a time. Each stretch
 * begins with the stream that the one before ended with, so that all of them together compute the
 * model about once, and no more than one stretch's values are in memory.
 */
final class Sweep {
  /** Values that are asked for at once; of large models, those of one layer are more. */
  private static final int MOST_VALUES = 64;

  private final DebugSession session;
  private final Model model;
  private final Map<String, Tensor> carried = new LinkedHashMap<>();

  Sweep(DebugSession session) {
    this.session = session;
    this.model = session.model();
  }

  /** What is done with a value; whether to go on. */
  interface Visitor {
    boolean visit(String name, Tensor value);
  }

  /** Visits values by canonical names, which are in the order of computation. */
  void over(List<String> names, Visitor visitor) {
    for (List<String> stretch : stretches(names)) {
      Map<String, Tensor> values = compute(stretch);
      for (String name : stretch)
        if (!visitor.visit(name, Objects.requireNonNull(values.get(name), name))) return;
    }
  }

  private List<List<String>> stretches(List<String> names) {
    List<List<String>> stretches = new ArrayList<>();
    List<String> current = new ArrayList<>();
    long room = MOST_VALUES;
    String layer = "";
    for (String name : names) {
      String own = layer(name);
      boolean heavy = current.stream().anyMatch(Sweep::isHeavy) || isHeavy(name);
      boolean full = current.size() >= room || heavy;
      // Not within a layer: the stream is known between layers only.
      if (full && !own.equals(layer) && !current.isEmpty()) {
        stretches.add(List.copyOf(current));
        current.clear();
      }
      current.add(name);
      layer = own;
    }
    if (!current.isEmpty()) stretches.add(List.copyOf(current));
    return stretches;
  }

  private static boolean isHeavy(String name) {
    return name.endsWith(".probs") || name.endsWith(".scores");
  }

  /** {@code decoder.3} of {@code decoder.3.attn.out}; a value outside layers is one of its own. */
  private static String layer(String name) {
    String[] parts = name.split("\\.", 3);
    return parts.length == 3 && parts[1].matches("\\d+") ? parts[0] + "." + parts[1] : name;
  }

  private Map<String, Tensor> compute(List<String> stretch) {
    Request request = session.request();
    for (Map.Entry<String, Tensor> stream : carried.entrySet())
      if (!session.patches().containsKey(stream.getKey()))
        request = request.feed(stream.getKey(), stream.getValue());
    String end = end(stretch.getLast());
    List<String> taps = new ArrayList<>(stretch);
    if (!end.isEmpty() && !taps.contains(end)) taps.add(end);
    Outputs found = session.forward(request.tap(taps.toArray(String[]::new)).tapsAlone());
    if (!end.isEmpty()) carry(end, found.get(end));
    return found.values();
  }

  /**
   * The stream behind the layer that a value belongs to; behind a tower's last, what others read.
   */
  private String end(String name) {
    String layer = layer(name);
    if (layer.equals(name)) return "";
    Tower tower = model.tower(layer.substring(0, layer.indexOf('.'))).orElseThrow();
    boolean last = layer.endsWith("." + (tower.depth() - 1));
    return last && !Norm.NONE.equals(tower.norm()) ? tower.name() + ".norm.out" : layer + ".out";
  }

  private void carry(String end, Tensor stream) {
    String tower = end.substring(0, end.indexOf('.'));
    carried.keySet().removeIf(name -> name.startsWith(tower + "."));
    carried.put(end, stream);
  }
}
