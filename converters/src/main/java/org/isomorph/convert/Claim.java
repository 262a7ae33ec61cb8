package org.isomorph.convert;

import org.isomorph.layout.Layout;
import org.isomorph.tensor.Shape;

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
    /** The parameter, made of one part for each group. */
    Layout<String> layout(String one) {
      return Layout.leaf(one).split(0, parts / times, -1).repeat(0, times).merge(0, 1);
    }

    /** The shape of the parameter with one part for each group. */
    Shape one(Shape all) {
      return all.with(0, all.dim(0) / times);
    }

    @Override
    public String toString() {
      return parameter + " has each part " + times + " times";
    }
  }
}
