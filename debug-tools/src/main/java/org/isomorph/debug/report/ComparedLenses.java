package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.isomorph.debug.DebugException;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.Lens;
import org.isomorph.debug.LensProbe;
import org.isomorph.debug.Prompt;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.debug.recording.RecordedReference;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.RunOptions;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecException;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/** Looks at both sides of a comparison through the lens, each with the model's own end. */
final class ComparedLenses {
  private final ModelComparison comparison;
  private final LongFunction<String> pieces;
  private final Budget budget;
  private final List<String> notes = new ArrayList<>();

  ComparedLenses(ModelComparison comparison, LongFunction<String> pieces, Budget budget) {
    this.comparison = comparison;
    this.pieces = pieces;
    this.budget = budget;
  }

  /** The findings with both lenses, or with a note why they are not there. */
  Findings within(Findings findings) {
    Findings found = findings;
    try {
      if (findings.sequences().isEmpty())
        throw new DebugException("they take one row of tokens; give --prompt or --ids");
      found = found.lenses(look());
    } catch (DebugException | RunException | SpecException absent) {
      notes.add("the lenses of both are not shown: " + absent.getMessage());
    }
    for (String note : notes) found = found.note(Findings.Section.COMPARE, note);
    return found;
  }

  private LensPair look() {
    Map<String, Tensor> inputs = Compared.given(comparison);
    return new LensPair(
        comparison.a().name(),
        lens(comparison.a(), comparison.b(), inputs, true),
        comparison.b().name(),
        lens(comparison.b(), comparison.a(), inputs, false));
  }

  private Lens lens(Side side, Side other, Map<String, Tensor> inputs, boolean isFirst) {
    return switch (side) {
      case Side.Recorded recorded -> recorded(recorded, other, inputs);
      case Side.Running running -> {
        // The first of two models computes in float32, as it does when they are compared.
        boolean isPlain = isFirst && other instanceof Side.Running;
        try (LoadedModel model =
            load(running.subject(), isPlain ? DType.F32 : comparison.dtype())) {
          yield of(DebugSession.of(model, Prompt.of(inputs).spelled(pieces)));
        }
      }
    };
  }

  /** A recording has states, and no head to read them: the other side's does. */
  private Lens recorded(Side.Recorded recorded, Side other, Map<String, Tensor> inputs) {
    if (!(other instanceof Side.Running running))
      throw new DebugException("both are recordings: there is no head to read their states");
    try (LoadedModel model = load(running.subject(), comparison.dtype())) {
      DebugSession session = DebugSession.of(model, Prompt.of(inputs).spelled(pieces));
      for (Map.Entry<String, Tensor> state : states(recorded, model.model()).entrySet())
        session = session.patched(state.getKey(), state.getValue());
      notes.add(
          "%s is a recording: its states are read by the norm and the head of %s"
              .formatted(recorded.name(), running.name()));
      return of(session);
    }
  }

  private static Map<String, Tensor> states(Side.Recorded recorded, Model model) {
    List<String> names = new ArrayList<>();
    names.add(model.chain(model.last()).getFirst().name() + ".0.in");
    for (Layer layer : LensProbe.all(model, 1, List.of()).layers()) names.add(layer.value("out"));
    Map<String, Tensor> known = new RecordedReference(recorded.recording(), model).values(names);
    Map<String, Tensor> states = new LinkedHashMap<>();
    for (String name : names) {
      Tensor state = known.get(name);
      if (state == null)
        throw new DebugException(
            "%s was not recorded by %s; a lens takes what leaves every layer"
                .formatted(name, recorded.name()));
      states.put(name, state);
    }
    return states;
  }

  private static LoadedModel load(Subject subject, DType dtype) {
    return LoadedModel.load(subject.model(), subject.weights(), RunOptions.usual().in(dtype));
  }

  private Lens of(DebugSession session) {
    List<Token> read =
        session.sequence().tokens().stream().filter(token -> !token.isPadding()).toList();
    // Two tables share the room of one.
    int most = budget.tokens(2 * (session.model().last().depth() + 1));
    List<Token> shown = read.subList(Math.max(0, read.size() - most), read.size());
    if (shown.size() < read.size() && notes.isEmpty())
      notes.add("the lenses show the last %d of %d tokens".formatted(most, read.size()));
    return WholeLens.of(
        session, new TokenSequence(session.model().last().name(), shown), budget.candidates());
  }
}
