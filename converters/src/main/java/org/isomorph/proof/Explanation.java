package org.isomorph.proof;

/**
 * A mistake that explains why a piece does not compute what it should.
 *
 * @param mistake in a few words: {@code gate and up swapped}
 * @param evidence what was seen: {@code candidate decoder.3.ffn.gate.weight = reference
 *     decoder.3.ffn.up.weight (cos 1.000)}
 */
public record Explanation(String mistake, String evidence) {
  @Override
  public String toString() {
    return mistake + ": " + evidence;
  }
}
