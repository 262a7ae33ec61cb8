package org.isomorph.spec;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A placement over one branch, or over several that read the same stream and are added together: a
 * parallel block.
 *
 * <p>In a parallel block each branch has a norm of its own (GPT-NeoX, new Falcon), or the later
 * ones use the first's ({@link Norm#SHARED}: PaLM, GPT-J, Falcon-7B).
 */
public record Residual(Placement placement, List<Branch> branches) {
  public Residual {
    branches = List.copyOf(branches);
    Require.that(!branches.isEmpty(), "a residual needs a branch");
    Require.that(
        !Norm.SHARED.equals(branches.getFirst().norm()),
        "the first branch has no earlier norm to share");
    Require.that(
        branches.size() == 1 || Placement.PRE.equals(placement),
        "parallel branches stand behind their norms (PRE), not " + placement);
  }

  /** The frame that another residual of the same kind would have. */
  Frame frame() {
    return new Frame(branches.getFirst().norm(), placement);
  }

  Residual resolved(long dim) {
    return new Residual(placement, branches.stream().map(branch -> branch.resolved(dim)).toList());
  }

  /** The call on a frame or block that adds this residual. */
  @Override
  public String toString() {
    String mixers =
        branches.stream()
            .map(branch -> branch.mixer().toString())
            .collect(Collectors.joining(", "));
    if (branches.size() > 1)
      return (Norm.SHARED.equals(branches.getLast().norm()) ? "parallelShared(" : "parallel(")
          + mixers
          + ")";
    return switch (branches.getFirst().mixer()) {
      case Attention _ -> "attention(" + mixers + ")";
      case FeedForward _ -> "ffn(" + mixers + ")";
      case Retention _ -> "retention(" + mixers + ")";
    };
  }
}
