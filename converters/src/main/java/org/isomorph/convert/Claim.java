package org.isomorph.convert;

import java.util.List;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;

/**
 * Something that must be true of a checkpoint's values for a step to be exact, and that no header
 * tells.
 */
public sealed interface Claim {
  /** Every element of a parameter is zero, bit for bit: what adds it may be left out. */
  record Zero(String parameter) implements Claim {
    @Override
    public String toString() {
      return parameter + " is all zeros";
    }
  }

  /** Two parameters of one shape are equal bit for bit: one can stand for both. */
  record Same(String parameter, String other) implements Claim {
    @Override
    public String toString() {
      return parameter + " equals " + other;
    }
  }

  /**
   * The first axis of a parameter is made of groups of parts, and the parts of a group are equal
   * bit for bit: one can stand for all of its group.
   *
   * @param parts how many there are in all
   * @param times how many make a group, one behind the other
   */
  record Repeated(String parameter, long parts, long times) implements Claim {
    /** From the first part of each group, in a parameter of that many elements, to the others. */
    Mapping<String, String> copies(long elements) {
      long part = elements / parts;
      List<Box.Dim> dims =
          List.of(
              new Box.Dim(parts / times, times * part, times * part),
              new Box.Dim(times - 1, 0, part),
              new Box.Dim(part, 1, 1));
      return new Mapping<>(List.of(new Piece<>(parameter, parameter, new Box(0, part, dims))));
    }

    @Override
    public String toString() {
      return parameter + " repeats each head " + times + " times";
    }
  }
}
