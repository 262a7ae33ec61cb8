package org.isomorph.proof;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.isomorph.graph.Graph;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Inputs where nobody gives any, always the same for two models: three rows of tokens from all over
 * the vocabulary, of different lengths and padded behind, with those special tokens that the
 * computation depends on; and three images of noise.
 *
 * <p>The longest row is longer than a short attention window, since a window that is never full
 * says nothing.
 */
final class DefaultInputs {
  private static final int ROWS = 3;
  private static final long USUAL = 32;
  private static final long MOST = 320;

  private final List<Model> models;
  private final Graph graph;
  private final SplittableRandom random = new SplittableRandom(20);
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();

  private DefaultInputs(List<Model> models, Graph graph) {
    this.models = models;
    this.graph = graph;
  }

  /**
   * Inputs that all of these models can read.
   *
   * @param graph of the first
   */
  static Map<String, Tensor> of(List<Model> models, Graph graph) {
    DefaultInputs made = new DefaultInputs(models, graph);
    made.make();
    return made.inputs;
  }

  /** One sequence of tokens. */
  static Map<String, Tensor> of(Model model, Graph graph, long[] ids) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (graph.inputs().containsKey("input_ids"))
      inputs.put("input_ids", Tensor.ofLongs(Shape.of(1, ids.length), ids));
    if (graph.inputs().containsKey("decoder_input_ids")) {
      List<Long> start = model.ids(Role.DECODER_START);
      long[] behind = new long[ids.length + start.size()];
      System.arraycopy(ids, 0, behind, start.size(), ids.length);
      for (int at = 0; at < start.size(); at++) behind[at] = start.get(at);
      inputs.put("decoder_input_ids", Tensor.ofLongs(Shape.of(1, behind.length), behind));
    }
    if (graph.inputs().containsKey("prefix_lengths"))
      inputs.put("prefix_lengths", Tensor.ofLongs(Shape.of(1), ids.length / 2));
    return inputs;
  }

  private void make() {
    List<Tower> towers = models.getFirst().towers();
    boolean decodes = graph.inputs().containsKey("decoder_input_ids");
    for (int index = 0; index < towers.size(); index++) {
      Input input = towers.get(index).input();
      if (input instanceof Patches patches) images(patches);
      if (!(input instanceof Tokens tokens)) continue;
      boolean last = index == towers.size() - 1;
      tokens(decodes && last ? "decoder_" : "", tokens.vocabulary(), segments(index));
    }
    if (graph.inputs().containsKey("prefix_lengths"))
      inputs.put("prefix_lengths", Tensor.ofLongs(Shape.of(ROWS), 5, 3, 1));
  }

  private long segments(int tower) {
    return models.stream()
        .map(model -> model.towers().get(tower).input())
        .mapToLong(input -> input instanceof Tokens tokens ? tokens.segments() : 0)
        .filter(segments -> segments > 0)
        .min()
        .orElse(0);
  }

  private void tokens(String which, long vocabulary, long segments) {
    if (!graph.inputs().containsKey(which + "input_ids")) return;
    int most = Math.toIntExact(length());
    long[] ids = new long[ROWS * most], mask = new long[ids.length], types = new long[ids.length];
    for (int row = 0; row < ROWS; row++) {
      int length = Math.max(Math.min(most, 4), most - row * most / 3);
      int from = row * most;
      for (int at = 0; at < length; at++) ids[from + at] = ordinary(vocabulary);
      mark(ids, from, length, vocabulary);
      Arrays.fill(mask, from, from + length, 1);
      if (segments > 1) Arrays.fill(types, from + length / 2, from + length, 1);
    }
    Shape shape = Shape.of(ROWS, most);
    inputs.put(which + "input_ids", Tensor.ofLongs(shape, ids));
    inputs.put(which + "attention_mask", Tensor.ofLongs(shape, mask));
    if (segments > 0) inputs.put(which + "token_type_ids", Tensor.ofLongs(shape, types));
  }

  private long length() {
    long window =
        heads()
            .map(Heads::window)
            .filter(OptionalLong::isPresent)
            .mapToLong(OptionalLong::getAsLong)
            .filter(keys -> keys + 8 <= MOST)
            .max()
            .orElse(0);
    return Math.min(Math.max(USUAL, window + 8), least(DefaultInputs::positions));
  }

  private Stream<Heads> heads() {
    return models.stream()
        .flatMap(model -> model.towers().stream())
        .flatMap(tower -> tower.runs().stream())
        .flatMap(run -> run.block().mixers())
        .flatMap(mixer -> mixer instanceof Heads heads ? Stream.of(heads) : Stream.<Heads>empty());
  }

  private long least(ToLongFunction<Tokens> of) {
    return models.stream()
        .flatMap(model -> model.towers().stream())
        .map(Tower::input)
        .flatMap(
            input -> input instanceof Tokens tokens ? Stream.of(tokens) : Stream.<Tokens>empty())
        .mapToLong(of)
        .min()
        .orElse(USUAL);
  }

  private static long positions(Tokens tokens) {
    return tokens.position() instanceof AbsolutePosition.Learned learned
        ? learned.max()
        : Long.MAX_VALUE;
  }

  /** A token that has no part in masks, positions and pooling. */
  private long ordinary(long vocabulary) {
    long token = 0;
    for (int attempt = 0; attempt < 50; attempt++) {
      token = random.nextLong(vocabulary);
      if (token != 0 && !isSpecial(token)) return token;
    }
    return token;
  }

  private boolean isSpecial(long token) {
    return Stream.of(Role.values())
        .filter(role -> models.stream().anyMatch(model -> model.computesWith(role)))
        .anyMatch(role -> models.stream().anyMatch(model -> model.ids(role).contains(token)));
  }

  /** The tokens that masks, positions and pooling look for, where they are looked for. */
  private void mark(long[] ids, int from, int length, long vocabulary) {
    Model model = models.getFirst();
    int at = from + Math.min(length / 3, 4);
    for (Role role : List.of(Role.MASK, Role.GMASK, Role.BOS))
      for (long id : model.ids(role))
        if (model.computesWith(role) && id < vocabulary && at < from + length) ids[at++] = id;
    for (Head head : model.heads()) {
      if (head.pooling() == Pooling.GREATEST_ID) ids[from + length - 1] = vocabulary - 1;
      List<Long> end = model.ids(Role.EOS);
      if (head.pooling() == Pooling.EOS && !end.isEmpty() && end.getFirst() < vocabulary)
        ids[from + length - 1] = end.getFirst();
    }
  }

  private void images(Patches patches) {
    long side = patches.image();
    Shape shape = Shape.of(ROWS, patches.channels(), side, side);
    float[] pixels = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < pixels.length; i++) pixels[i] = (float) random.nextDouble(-2, 2);
    inputs.put("pixel_values", Tensor.ofFloats(shape, pixels));
  }
}
