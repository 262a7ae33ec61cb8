package org.isomorph.spec;

import java.util.List;
import java.util.stream.Stream;

/** One layer of a tower: residuals, one after the other. */
public record Block(List<Residual> residuals) {
  public Block {
    residuals = List.copyOf(residuals);
    Require.that(!residuals.isEmpty(), "a block needs a residual");
  }

  /** This block with one more residual, framed as the last one is. */
  public Block attention(Attention attention) {
    return then(frame().then(attention));
  }

  /** This block with attention to the tower called {@code encoder}. */
  public Block cross(Heads attention) {
    return cross(attention, "encoder");
  }

  /** This block with attention to another tower. */
  public Block cross(Heads attention, String tower) {
    return attention(attention.from(new KeyValues.From(tower)));
  }

  public Block ffn(FeedForward layer) {
    return then(frame().then(layer));
  }

  /** This block followed by the residuals of another, with frames of their own. */
  public Block then(Block next) {
    return new Block(Stream.concat(residuals.stream(), next.residuals().stream()).toList());
  }

  /** The frame of the last residual. */
  public Frame frame() {
    return residuals.getLast().frame();
  }

  /** All mixers, in order. */
  public Stream<Mixer> mixers() {
    return residuals.stream().flatMap(residual -> residual.branches().stream()).map(Branch::mixer);
  }

  /** Whether one of the mixers is of this kind. */
  public boolean has(Class<? extends Mixer> kind) {
    return mixers().anyMatch(kind::isInstance);
  }

  Block resolved(long dim) {
    return new Block(residuals.stream().map(residual -> residual.resolved(dim)).toList());
  }

  /**
   * The block as the calls that make it: a frame, its residuals, and {@code then} where the frame
   * changes.
   */
  @Override
  public String toString() {
    Frame frame = residuals.getFirst().frame();
    StringBuilder text = new StringBuilder(frame.toString());
    for (Residual residual : residuals) {
      boolean another = !residual.frame().equals(frame);
      frame = residual.frame();
      if (another) text.append(".then(").append(frame);
      text.append('.').append(residual);
      if (another) text.append(')');
    }
    return text.toString();
  }
}
