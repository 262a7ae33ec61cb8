package org.isomorph.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands around a mixer: a norm and its placement. The start of every block, as in {@code
 * block(rms(1e-5)).attention(...).ffn(...)}; a block's later residuals take the frame of the one
 * before them.
 */
public record Frame(Norm norm, Placement placement) {
  /**
   * Whether the stream that leaves is already normalised, so that a tower needs no final norm by
   * default.
   */
  public boolean normalisesStream() {
    return Placement.POST.equals(placement) || placement instanceof Placement.Deep;
  }

  /** A block of one residual: self-attention, or whatever the attention says. */
  public Block attention(Attention attention) {
    return then(attention);
  }

  public Block ffn(FeedForward layer) {
    return then(layer);
  }

  public Block retention(Retention retention) {
    return then(retention);
  }

  /** A block of one residual whose branches read the same stream, each behind a norm of its own. */
  public Block parallel(Mixer... mixers) {
    return new Block(List.of(residual(norm, mixers)));
  }

  /** A block of one residual whose branches read the same stream, behind one norm. */
  public Block parallelShared(Mixer... mixers) {
    return new Block(List.of(residual(Norm.SHARED, mixers)));
  }

  Block then(Mixer mixer) {
    return new Block(List.of(residual(norm, mixer)));
  }

  private Residual residual(Norm later, Mixer... mixers) {
    List<Branch> branches = new ArrayList<>();
    for (Mixer mixer : mixers) branches.add(new Branch(branches.isEmpty() ? norm : later, mixer));
    return new Residual(placement, branches);
  }

  @Override
  public String toString() {
    return switch (placement) {
      case Placement.Plain plain -> plain(plain) + "(" + norm + ")";
      case Placement.Deep deep -> "deepNorm(" + norm + ", " + Print.number(deep.alpha()) + ")";
      case Placement.Glm glm -> "glmNorm(" + norm + ", " + Print.number(glm.alpha()) + ")";
    };
  }

  private static String plain(Placement.Plain placement) {
    return switch (placement) {
      case PRE -> "block";
      case POST -> "postNorm";
      case SANDWICH -> "sandwich";
      case BRANCH_POST -> "branchPostNorm";
    };
  }
}
