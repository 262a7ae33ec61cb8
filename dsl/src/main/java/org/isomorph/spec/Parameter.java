package org.isomorph.spec;

import org.isomorph.tensor.Shape;

/**
 * One parameter of a model by its canonical name: {@code decoder.3.attn.q.weight}.
 *
 * @param name derived from the description, the same whatever a checkpoint calls it
 * @param shape matrices are {@code [out, in]}
 * @param kind what it does
 */
public record Parameter(String name, Shape shape, Kind kind) {
  /** What a parameter does, which decides how it is initialised and what it costs. */
  public enum Kind {
    /** Multiplies a vector: {@code [out, in]}. */
    MATRIX,
    /** Is looked up by row. */
    TABLE,
    /** Multiplies element by element. */
    GAIN,
    /** Is added. */
    BIAS
  }

  /** What the parameter computes, in one line. */
  public String meaning() {
    return Meanings.of(name);
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
