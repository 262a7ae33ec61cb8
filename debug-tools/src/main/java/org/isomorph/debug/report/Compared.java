package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.spec.Model;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What the two sides of a comparison were given, as far as it is tokens of one row. */
final class Compared {
  private static final String DECODER = "decoder_";

  private Compared() {}

  static List<TokenSequence> sequences(ModelComparison comparison, LongFunction<String> pieces) {
    List<TokenSequence> sequences = new ArrayList<>();
    Map<String, Tensor> given = given(comparison);
    Optional<Model> model =
        Stream.of(comparison.a(), comparison.b()).flatMap(side -> model(side).stream()).findFirst();
    if (model.isEmpty()) return sequences;
    boolean two = given.containsKey(DECODER + "input_ids");
    for (String prefix : List.of("", DECODER)) {
      @Nullable Tensor ids = given.get(prefix + "input_ids");
      if (ids == null || ids.shape().rank() != 2 || ids.shape().dim(0) != 1) continue;
      boolean isFirst = two && prefix.isEmpty();
      String tower = isFirst ? model.get().towers().getFirst().name() : model.get().last().name();
      sequences.add(
          new TokenSequence(tower, tokens(ids, given.get(prefix + "attention_mask"), pieces)));
    }
    return sequences;
  }

  /** What both were given, by Hugging Face's names; empty where nobody said anything. */
  static Map<String, Tensor> given(ModelComparison comparison) {
    return comparison.inputs().isEmpty()
        ? recorded(comparison.a(), comparison.b())
        : comparison.inputs();
  }

  private static Map<String, Tensor> recorded(Side... sides) {
    for (Side side : sides)
      if (side instanceof Side.Recorded recorded) return recorded.recording().inputs();
    return Map.of();
  }

  static Optional<Model> model(Side side) {
    return switch (side) {
      case Side.Running running -> Optional.of(running.subject().model());
      case Side.Recorded recorded -> recorded.model();
    };
  }

  private static List<Token> tokens(
      Tensor ids, @Nullable Tensor mask, LongFunction<String> pieces) {
    long[] all = ids.longs();
    long[] seen = mask == null ? new long[0] : mask.longs();
    List<Token> tokens = new ArrayList<>();
    for (int at = 0; at < all.length; at++)
      tokens.add(new Token(at, all[at], pieces.apply(all[at]), at < seen.length && seen[at] == 0));
    return tokens;
  }
}
