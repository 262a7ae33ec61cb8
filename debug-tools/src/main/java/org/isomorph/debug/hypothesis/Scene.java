package org.isomorph.debug.hypothesis;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.proof.Suspect;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Block;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A faulty piece as hypotheses see it: one side whose weights are at hand, the <i>base</i>, and
 * what is known of the other.
 */
final class Scene {
  private static final Pattern LAYER = Pattern.compile("([a-z_]+)\\.(\\d{1,9})");

  /** Values that are made of much: a fault there can come from anywhere before. */
  private static final Pattern COARSE = Pattern.compile("(.*\\.)?(out|mid\\d*|mix)|[^.]+\\.\\d+");

  private final Suspect suspect;
  private final Weights weights;
  private final Model model;
  private final Optional<Weights> otherWeights;
  private final Model other;
  private final Map<String, Parameter> all = new LinkedHashMap<>();
  private final Map<String, Parameter> others = new LinkedHashMap<>();
  private final Map<String, SoftReference<Grid>> read = new HashMap<>();

  Scene(Suspect suspect) {
    this.suspect = suspect;
    Weights candidate = suspect.candidate().weights();
    boolean running = suspect.reference().weights().isPresent();
    this.weights = suspect.reference().weights().orElse(candidate);
    this.model = running ? suspect.reference().model() : suspect.candidate().model();
    this.otherWeights = running ? Optional.of(candidate) : Optional.empty();
    this.other = running ? suspect.candidate().model() : suspect.reference().model();
    for (Parameter each : Parameters.of(model)) all.put(each.name(), each);
    for (Parameter each : Parameters.of(other)) others.put(each.name(), each);
  }

  Suspect suspect() {
    return suspect;
  }

  /** Whether the base is the reference: it is, unless that is a recording. */
  boolean isReference() {
    return otherWeights.isPresent();
  }

  /** The base's description. */
  Model model() {
    return model;
  }

  /** The other side's. */
  Model other() {
    return other;
  }

  Weights weights() {
    return weights;
  }

  String piece() {
    return suspect.piece();
  }

  /** The tower and the block, where the piece is a layer. */
  Optional<Block> block() {
    return tower().filter(found -> layer() < found.depth()).map(found -> found.layer(layer()));
  }

  Optional<Tower> tower() {
    Matcher parts = LAYER.matcher(piece());
    return parts.matches() ? model.tower(parts.group(1)) : Optional.empty();
  }

  long layer() {
    Matcher parts = LAYER.matcher(piece());
    return parts.matches() ? Long.parseLong(parts.group(2)) : 0;
  }

  /** The layer's mixers of a kind, by their paths: {@code decoder.3.attn}. */
  <M extends Mixer> Map<String, M> mixers(Class<M> kind) {
    Map<String, M> found = new LinkedHashMap<>();
    Block block = block().orElse(null);
    if (block == null) return found;
    List<String> names = Parameters.mixerNames(block);
    List<Mixer> mixers = block.mixers().toList();
    for (int index = 0; index < mixers.size(); index++)
      if (kind.isInstance(mixers.get(index)))
        found.put(piece() + "." + names.get(index), kind.cast(mixers.get(index)));
    return found;
  }

  /** The base's parameters that belong to the piece, and to the part of it that is at fault. */
  List<Parameter> parameters() {
    List<Parameter> found = new ArrayList<>();
    String part = part();
    for (String name : suspect.parameters()) {
      @Nullable Parameter each = all.get(name);
      if (each != null && (isReference() || name.startsWith(part))) found.add(each);
    }
    return found;
  }

  /** {@code decoder.3.attn.} where the fault is in that mixer; otherwise nothing. */
  private String part() {
    String value = suspect.fault().value();
    String rest = value.startsWith(piece() + ".") ? value.substring(piece().length() + 1) : "";
    int dot = rest.indexOf('.');
    return dot < 0 ? "" : piece() + "." + rest.substring(0, dot + 1);
  }

  Optional<Parameter> parameter(String name) {
    return Optional.ofNullable(all.get(name));
  }

  boolean has(String name) {
    return all.containsKey(name);
  }

  /** The base's numbers. */
  Grid base(String name) {
    return read("base " + name, name, weights);
  }

  /** What the other side has there, where its weights are at hand. */
  Optional<Grid> found(String name) {
    return otherWeights
        .filter(_ -> others.containsKey(name))
        .map(from -> read("other " + name, name, from));
  }

  /** Parameters of the piece that have another shape on the other side. */
  List<String> reshaped() {
    return suspect.parameters().stream()
        .filter(name -> {
          @Nullable Parameter one = all.get(name), two = others.get(name);
          return one != null && two != null && !one.shape().equals(two.shape());
        })
        .toList();
  }

  private Grid read(String key, String name, Weights from) {
    @Nullable SoftReference<Grid> known = read.get(key);
    @Nullable Grid grid = known == null ? null : known.get();
    if (grid != null) return grid;
    Grid fresh = Grid.of(from.find(name).tensor());
    read.put(key, new SoftReference<>(fresh));
    return fresh;
  }

  /** The shape of a parameter of the base. */
  Shape shape(String name) {
    @Nullable Parameter found = all.get(name);
    if (found == null) throw new IllegalArgumentException("no parameter " + name);
    return found.shape();
  }

  /**
   * Whether the fault may have come from here: it shows first in a value of one of these endings,
   * or in one that is made of much.
   */
  boolean isAt(Set<String> endings) {
    String value = suspect.fault().value();
    if (COARSE.matcher(value).matches() && !value.endsWith("norm.out")) return true;
    return endings.stream()
        .anyMatch(ending -> value.equals(ending) || value.endsWith("." + ending));
  }

  /** The columns of a value in which both sides differ; none if that is most of them. */
  List<Long> columnsApart() {
    String name = piece() + ".out";
    @Nullable Tensor a = suspect.expected().get(name), b = suspect.found().get(name);
    if (a == null || b == null || !a.shape().equals(b.shape())) return List.of();
    int width = Math.toIntExact(a.shape().dim(-1));
    double[] apart = new double[width], length = new double[width];
    float[] x = a.floats(), y = b.floats();
    for (int at = 0; at < x.length; at++) {
      apart[at % width] += Math.abs(x[at] - y[at]);
      length[at % width] += Math.abs(x[at]);
    }
    List<Long> found = new ArrayList<>();
    for (int column = 0; column < width; column++)
      if (apart[column] > 1e-3 * length[column]) found.add((long) column);
    return found.size() * 8L > width ? List.of() : found;
  }
}
