package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.graph.Graph;
import org.isomorph.spec.Model;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What each tower reads, place by place, of one row of the inputs. */
final class Sequences {
  private Sequences() {}

  static TokenSequence of(Model model, Graph graph, Prompt prompt, int row, Tower tower) {
    if (model.root(tower) instanceof Patches patches) return patches(tower, patches);
    Tower reading = model.chain(tower).getFirst();
    boolean decodes =
        graph.inputs().containsKey("decoder_input_ids")
            && reading.equals(model.chain(model.last()).getFirst());
    String which = decodes ? "decoder_" : "";
    long[] ids = row(prompt.inputs().get(which + "input_ids"), row, tower.name());
    Tensor mask = prompt.inputs().get(which + "attention_mask");
    long @Nullable [] real = mask == null ? null : row(mask, row, tower.name());
    List<Token> tokens = new ArrayList<>();
    for (int index = 0; index < ids.length; index++)
      tokens.add(
          new Token(
              index,
              ids[index],
              prompt.pieces().apply(ids[index]),
              real != null && real[index] == 0));
    return new TokenSequence(tower.name(), tokens);
  }

  private static long[] row(@Nullable Tensor tensor, int row, String tower) {
    if (tensor == null)
      throw new DebugException("tower " + tower + " reads tokens, and the prompt has none for it");
    int length = Math.toIntExact(tensor.shape().dim(1));
    long[] all = tensor.longs(), own = new long[length];
    if ((row + 1L) * length > all.length)
      throw new DebugException(
          "row %d: the prompt has rows 0 to %d".formatted(row, all.length / length - 1));
    System.arraycopy(all, row * length, own, 0, length);
    return own;
  }

  private static TokenSequence patches(Tower tower, Patches patches) {
    List<Token> places = new ArrayList<>();
    long side = patches.image() / patches.patch();
    if (patches.classToken()) places.add(new Token(0, -1, "[class]", false));
    for (long patch = 0; patch < side * side; patch++)
      places.add(
          new Token(places.size(), -1, "row " + patch / side + " column " + patch % side, false));
    return new TokenSequence(tower.name(), places);
  }
}
