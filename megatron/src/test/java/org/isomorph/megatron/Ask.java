package org.isomorph.megatron;

import java.util.Optional;
import java.util.OptionalInt;

/** What a test asks to be written: one rank in one file, but for what is said. */
record Ask(
    int tensor,
    Division division,
    int expert,
    OptionalInt expertTensor,
    MegatronFormat format,
    Implementation implementation,
    Experts modules,
    long divisor) {
  static final Ask ONE =
      new Ask(
          1,
          Division.NONE,
          1,
          OptionalInt.empty(),
          MegatronFormat.TORCH,
          Implementation.LOCAL,
          Experts.SEQUENTIAL,
          ParallelPlan.USUAL_DIVISOR);

  static Ask tensor(int ranks) {
    return new Ask(
        ranks,
        ONE.division,
        1,
        OptionalInt.empty(),
        ONE.format,
        ONE.implementation,
        ONE.modules,
        ONE.divisor);
  }

  Ask stages(int stages) {
    return divided(Division.even(stages));
  }

  Ask stages(int stages, int virtual) {
    return divided(
        new Division(
            stages,
            virtual,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false,
            false,
            Optional.empty()));
  }

  /** Uneven stages; empty ends are as the others. */
  Ask ends(int stages, OptionalInt first, OptionalInt last) {
    return divided(new Division(stages, 1, first, last, false, false, Optional.empty()));
  }

  /** Stages by Megatron's text. */
  Ask written(String text, int stages) {
    return divided(
        new Division(
            stages,
            Math.max(1, DivisionText.entries(text) / stages),
            OptionalInt.empty(),
            OptionalInt.empty(),
            false,
            false,
            Optional.of(text)));
  }

  Ask divided(Division stages) {
    return new Ask(tensor, stages, expert, expertTensor, format, implementation, modules, divisor);
  }

  Ask experts(int ranks) {
    return new Ask(tensor, division, ranks, expertTensor, format, implementation, modules, divisor);
  }

  Ask expertTensor(int ranks) {
    return new Ask(
        tensor, division, expert, OptionalInt.of(ranks), format, implementation, modules, divisor);
  }

  Ask as(MegatronFormat other) {
    return new Ask(tensor, division, expert, expertTensor, other, implementation, modules, divisor);
  }

  Ask distributed() {
    return as(MegatronFormat.TORCH_DIST);
  }

  Ask by(Implementation other, Experts how) {
    return new Ask(tensor, division, expert, expertTensor, format, other, how, divisor);
  }

  Ask divisor(long other) {
    return new Ask(tensor, division, expert, expertTensor, format, implementation, modules, other);
  }

  ParallelPlan plan() {
    return new ParallelPlan(
        tensor, division, expert, expertTensor, format, implementation, modules, divisor);
  }
}
