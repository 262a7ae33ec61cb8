package org.isomorph.debug;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How mixtures send tokens to their experts.
 *
 * @param info what it was measured on
 * @param layers those with a mixture
 */
public record Routing(RunInfo info, List<LayerRouting> layers) {
  public Routing {
    layers = List.copyOf(layers);
  }

  /**
   * One mixture.
   *
   * @param name {@code decoder.3.ffn}
   * @param perToken how many experts a token is sent to
   * @param load how many tokens each expert gets
   * @param tokenEntropy of the router's probabilities, in bits, mean over tokens: 0 where it is
   *     sure, log2 of the experts where it has no opinion
   * @param loadEntropy of the load over experts, in bits: log2 of the experts where all get the
   *     same, 0 where one gets all
   */
  public record LayerRouting(
      String name, long perToken, List<Long> load, double tokenEntropy, double loadEntropy) {
    public LayerRouting {
      load = List.copyOf(load);
    }

    /** Experts that no token was sent to. */
    public List<Integer> idle() {
      return IntStream.range(0, load.size()).filter(at -> load.get(at) == 0).boxed().toList();
    }

    /** The greatest load over the mean load: 1 where all get the same. */
    public double imbalance() {
      long sum = load.stream().mapToLong(Long::longValue).sum();
      LongStream loads = load.stream().mapToLong(Long::longValue);
      return sum == 0 ? 0 : (double) loads.max().orElse(0) * load.size() / sum;
    }
  }

  /** The mixture with this name: {@code decoder.3.ffn}. */
  public LayerRouting layer(String name) {
    return layers.stream()
        .filter(layer -> layer.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new DebugException("no routing of " + name + " was measured"));
  }

  /** A table for a terminal, a line a mixture. */
  @Override
  public String toString() {
    TextTable table = new TextTable("lrrrrl");
    table.row("mixture", "token H", "load H", "of", "max/mean", "tokens of each expert");
    for (LayerRouting layer : layers)
      table.row(
          layer.name(),
          format(layer.tokenEntropy()),
          format(layer.loadEntropy()),
          format(Math.log(layer.load().size()) / Math.log(2)),
          format(layer.imbalance()),
          layer.load().stream().map(each -> "" + each).collect(Collectors.joining(" ")));
    return "routing  " + info + "\n" + String.join("\n", table.lines());
  }

  private static String format(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
