package org.isomorph.debug;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.isomorph.runtime.Outputs;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * The model's end on the state behind each of these layers: what the last layer gives is replaced
 * by that state, and the model computes the rest as ever, with every scale, cap, bias and norm that
 * it has. Nothing of it is written a second time here.
 *
 * @param layers in the order of the result
 * @param embed whether what enters the first layer is looked at too
 * @param count how many candidates are kept for each token
 * @param tokens the indices looked at; all but padding if there are none
 */
public record LensProbe(List<Layer> layers, boolean embed, int count, List<Integer> tokens)
    implements Probe<Lens> {
  public LensProbe {
    layers = List.copyOf(layers);
    tokens = List.copyOf(tokens);
    if (count < 1)
      throw new DebugException("a lens shows at least 1 candidate, asked for were " + count);
  }

  /** All states of a model: what enters its first layer, and what leaves each. */
  public static LensProbe all(Model model, int count, List<Integer> tokens) {
    List<String> towers = read(model);
    List<Layer> layers =
        Layer.all(model).stream().filter(layer -> towers.contains(layer.tower())).toList();
    return new LensProbe(layers, true, count, tokens);
  }

  /** The towers whose stream ends in the heads. */
  private static List<String> read(Model model) {
    return model.chain(model.last()).stream().map(Tower::name).toList();
  }

  @Override
  public Lens look(DebugSession session) {
    Model model = session.model();
    String label = label(session);
    for (Layer layer : layers)
      if (!read(model).contains(layer.tower()))
        throw new DebugException(
            "%s: the heads of %s read the stream of %s; there is no lens on that of %s"
                .formatted(layer, model.name(), model.last().name(), layer.tower()));
    Map<String, String> states = states(model);
    var values = session.fetch(states.values());
    List<Token> places = places(session, label);
    Tensor last = Objects.requireNonNull(session.outputs().get(label));
    List<Distribution> finals = distributions(session, last, places, session.row());
    List<Lens.State> found = new ArrayList<>();
    states.forEach((name, value) -> {
      Tensor state = Objects.requireNonNull(values.get(value));
      found.add(new Lens.State(name, cells(session, label, state, places, finals)));
    });
    return new Lens(session.info(), head(model), found, notes(model, label));
  }

  /** The values looked at, by what they are called in the result. */
  private Map<String, String> states(Model model) {
    Map<String, String> states = new LinkedHashMap<>();
    if (embed) states.put("embed", model.chain(model.last()).getFirst().name() + ".0.in");
    for (Layer layer : layers) states.put(layer.toString(), layer.value("out"));
    return states;
  }

  private static String label(DebugSession session) {
    for (String label : List.of("logits", "prediction_logits"))
      if (session.loaded().graph().outputs().containsKey(label)) return label;
    throw new DebugException(
        "a lens needs a head that predicts; the heads of %s are %s, which give %s"
            .formatted(
                session.model().name(),
                session.model().heads(),
                session.loaded().graph().outputs().keySet()));
  }

  private static String head(Model model) {
    return model.heads().stream()
        .filter(head ->
            head instanceof Head.Lm
                || head instanceof Head.Mlm
                || head instanceof Head.Classes
                || head instanceof Head.Reward)
        .map(Head::toString)
        .findFirst()
        .orElse("");
  }

  /** A head of its own for each token, or one for a vector that is pooled of all. */
  private static boolean isPooled(DebugSession session, String label) {
    Tensor logits = Objects.requireNonNull(session.outputs().get(label));
    return logits.shape().rank() == 2;
  }

  private List<Token> places(DebugSession session, String label) {
    if (isPooled(session, label)) return List.of(new Token(0, -1, "[pooled]", false));
    TokenSequence sequence = session.sequence();
    return tokens.isEmpty()
        ? sequence.tokens().stream().filter(token -> !token.isPadding()).toList()
        : tokens.stream().map(sequence::at).toList();
  }

  private List<Lens.Cell> cells(
      DebugSession session,
      String label,
      Tensor state,
      List<Token> places,
      List<Distribution> finals) {
    boolean pooled = isPooled(session, label);
    Tensor fed = pooled ? state : rows(state, session.row(), places);
    List<Token> fedPlaces = new ArrayList<>();
    for (int at = 0; at < places.size(); at++) {
      Token place = places.get(at);
      fedPlaces.add(new Token(at, place.id(), place.text(), false));
    }
    Tensor logits = end(session, fed).get(label);
    List<Distribution> here = distributions(session, logits, fedPlaces, pooled ? session.row() : 0);
    LongFunction<String> pieces = pooled ? id -> "class " + id : session.prompt().pieces();
    List<Lens.Cell> cells = new ArrayList<>();
    for (int at = 0; at < places.size(); at++) {
      Distribution own = here.get(at), end = finals.get(at);
      int answer = end.best();
      cells.add(
          new Lens.Cell(
              places.get(at),
              own.top(count, pieces),
              own.rank(answer),
              own.probability(answer),
              own.entropy(),
              end.divergence(own),
              own.best() == places.get(at).id()));
    }
    return cells;
  }

  /** What the model gives where its last layer gives this. */
  static Outputs end(DebugSession session, Tensor state) {
    Tower last = session.model().last();
    return session.forward(
        session.request().feed(last.name() + "." + (last.depth() - 1) + ".out", state));
  }

  /** The rows of a state (B, T, D) that are looked at: (1, places, D). */
  private static Tensor rows(Tensor state, int row, List<Token> places) {
    long length = state.shape().dim(1), width = state.shape().dim(2);
    long bytes = state.dtype().bytes(width);
    return Tensor.filled(
        state.dtype(),
        Shape.of(1, places.size(), width),
        into -> {
          for (int at = 0; at < places.size(); at++) {
            long from = (row * length + places.get(at).index()) * bytes;
            into.asSlice(at * bytes, bytes).copyFrom(state.data().asSlice(from, bytes));
          }
        });
  }

  private static List<Distribution> distributions(
      DebugSession session, Tensor logits, List<Token> places, int row) {
    Rows rows = new Rows(logits);
    boolean pooled = logits.shape().rank() == 2;
    if (row >= logits.shape().dim(0))
      throw new DebugException(
          "row %d: the prompt of %s has rows 0 to %d"
              .formatted(row, session.model().name(), logits.shape().dim(0) - 1));
    return places.stream()
        .map(place -> new Distribution(pooled ? rows.at(row) : rows.at(row, place.index())))
        .toList();
  }

  private static List<String> notes(Model model, String label) {
    List<String> notes = new ArrayList<>();
    boolean tied =
        model.lm().map(Head.Lm::isTied).orElse(label.equals("prediction_logits"))
            || model.heads().stream().anyMatch(Head.Mlm.class::isInstance);
    if (tied)
      notes.add("the head is the token table: early states give back their input (= input)");
    if (model.last().layer(model.last().depth() - 1).frame().normalisesStream())
      notes.add("post-norm: every state is normalised before the head reads it");
    if (model.heads().stream().anyMatch(Head.Reward.class::isInstance))
      notes.add("a reward head gives one number: see the logit, its probability is 1");
    return notes;
  }
}
