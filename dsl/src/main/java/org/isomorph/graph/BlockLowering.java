package org.isomorph.graph;

import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Placement;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Retention;

/** One layer: its residuals, one after the other. */
final class BlockLowering {
  private final Assembly assembly;
  private final Streams streams;
  private final Sequence sequence;
  private final String path;
  private final Block block;
  private final List<String> names;
  private final java.util.function.Function<String, Optional<String>> buckets;
  private int mixer;

  /**
   * @param path what the layer's names begin with
   * @param buckets the table of buckets that a mixer reads, by the mixer's name
   */
  BlockLowering(
      Assembly assembly,
      Streams streams,
      Sequence sequence,
      String path,
      Block block,
      java.util.function.Function<String, Optional<String>> buckets) {
    this.assembly = assembly;
    this.streams = streams;
    this.sequence = sequence;
    this.path = path;
    this.block = block;
    this.names = Parameters.mixerNames(block);
    this.buckets = buckets;
  }

  /** The stream that leaves, from the stream that enters: (B, T, D). */
  String lower(String entering) {
    assembly.alias(path + ".in", entering);
    String x = entering;
    int count = block.residuals().size();
    for (int index = 0; index < count; index++) {
      String result = index == count - 1 ? "out" : index == 0 ? "mid" : "mid" + (index + 1);
      x = residual(block.residuals().get(index), x, path + "." + result);
    }
    return x;
  }

  private String residual(Residual residual, String x, String result) {
    if (residual.branches().size() > 1) return parallel(residual, x, result);
    Branch branch = residual.branches().getFirst();
    String at = path + "." + names.get(mixer++);
    Norm norm = branch.norm();
    return switch (residual.placement()) {
      case Placement.Plain plain ->
          switch (plain) {
            case PRE -> add(result, x, mix(branch, at, before(at, norm, x), at + ".out"));
            case POST -> {
              String sum = add(at + ".sum", x, mix(branch, at, x, at + ".out"));
              yield after(result, at + ".norm", norm, sum);
            }
            case SANDWICH -> {
              String inner = mix(branch, at, before(at, norm, x), at + ".inner");
              yield add(result, x, after(at + ".out", at + ".post_norm", norm, inner));
            }
            case BRANCH_POST -> {
              String inner = mix(branch, at, x, at + ".inner");
              yield add(result, x, after(at + ".out", at + ".norm", norm, inner));
            }
          };
      case Placement.Deep deep -> {
        String scaled = assembly.scale(at + ".scaled", deep.alpha(), x);
        String sum = add(at + ".sum", scaled, mix(branch, at, x, at + ".out"));
        yield after(result, at + ".norm", norm, sum);
      }
      case Placement.Glm glm -> {
        String normed = before(at, norm, x);
        String scaled = assembly.scale(at + ".scaled", glm.alpha(), normed);
        yield add(result, scaled, mix(branch, at, normed, at + ".out"));
      }
    };
  }

  /** Branches that read the same stream, behind norms of their own or the first's. */
  private String parallel(Residual residual, String x, String result) {
    String sum = x, first = x;
    int last = residual.branches().size() - 1;
    for (int index = 0; index <= last; index++) {
      Branch branch = residual.branches().get(index);
      String at = path + "." + names.get(mixer++);
      String read = Norm.SHARED.equals(branch.norm()) ? first : before(at, branch.norm(), x);
      if (index == 0) first = read;
      String added = mix(branch, at, read, at + ".out");
      sum = add(index == last ? result : at + ".sum", sum, added);
    }
    return sum;
  }

  private String before(String at, Norm norm, String x) {
    return assembly.norm(at + ".norm.out", at + ".norm", norm, x);
  }

  /** A norm that gives a value its name; without a norm the name is one more of x. */
  private String after(String result, String weight, Norm norm, String x) {
    if (!Norm.NONE.equals(norm)) return assembly.norm(result, weight, norm, x);
    assembly.alias(result, x);
    return x;
  }

  private String add(String result, String a, String b) {
    return assembly.add(result, new Op.Add(), a, b);
  }

  private String mix(Branch branch, String at, String x, String result) {
    AttentionLowering attention = new AttentionLowering(assembly, streams, sequence, at);
    return switch (branch.mixer()) {
      case Heads heads ->
          attention.heads(heads, buckets.apply(at.substring(path.length() + 1)), x, result);
      case Latent latent -> attention.latent(latent, x, result);
      case Retention retention -> attention.retention(retention, x, result);
      case FeedForward layer -> new FeedForwardLowering(assembly, at).lower(layer, x, result);
    };
  }
}
