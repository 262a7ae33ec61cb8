package org.isomorph.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.isomorph.tensor.DType;

/**
 * What a model weighs and costs, from its description alone.
 *
 * @param parameters all parameters once, tied ones counted once; without multi-token heads, as the
 *     field counts
 * @param activeParameters those that one token passes: of each mixture only the experts it is sent
 *     to
 * @param nextTokenParameters the parameters of multi-token heads, not in the other two
 * @param flopsPerToken twice the multiply-adds of the linear maps that one decoded token passes,
 *     head included, with nothing in the cache (attention scores add {@code 4 * heads * headDim} a
 *     layer and cached token); an encoder beside a decoder, and what cross-attention projects once
 *     a prompt, are not counted
 * @param cacheElementsPerToken numbers that the key/value cache keeps for each token of the last
 *     tower's sequence, while it is shorter than any window; retention keeps none
 */
public record Estimates(
    long parameters,
    long activeParameters,
    long nextTokenParameters,
    long flopsPerToken,
    long cacheElementsPerToken) {
  private static final Pattern EXPERT = Pattern.compile("(.*)\\.experts\\.\\d+\\..*");

  /** The estimates for {@code model}. */
  public static Estimates of(Model model) {
    Map<String, Mixture> mixtures = mixtures(model);
    long total = 0, active = 0, further = 0, multiplyAdds = 0;
    for (Parameter parameter : Parameters.of(model)) {
      long size = parameter.shape().elements();
      if (parameter.name().startsWith("mtp.")) {
        further = Math.addExact(further, size);
        continue;
      }
      total = Math.addExact(total, size);
      if (!isActive(parameter.name(), mixtures)) continue;
      active = Math.addExact(active, size);
      if (parameter.kind() == Parameter.Kind.MATRIX && passedByToken(model, parameter.name()))
        multiplyAdds = Math.addExact(multiplyAdds, size);
    }
    boolean tied =
        model.heads().stream()
            .anyMatch(
                head -> head instanceof Head.Mlm || (head instanceof Head.Lm lm && lm.isTied()));
    if (tied) {
      Tokens table = model.tokens().orElseThrow();
      multiplyAdds =
          Math.addExact(multiplyAdds, Math.multiplyExact(table.vocabulary(), table.width()));
    }
    return new Estimates(total, active, further, Math.multiplyExact(2, multiplyAdds), cache(model));
  }

  /** The bytes that the key/value cache grows by with each token. */
  public long cacheBytesPerToken(DType dtype) {
    return dtype.bytes(cacheElementsPerToken);
  }

  /**
   * An expert counts while its index is below the number that a token is sent to: which ones they
   * are makes no difference.
   */
  private static boolean isActive(String name, Map<String, Mixture> mixtures) {
    var expert = EXPERT.matcher(name);
    if (!expert.matches()) return true;
    String path = expert.group(1);
    String index = name.substring(path.length() + ".experts.".length());
    Mixture mixture = mixtures.get(path);
    return mixture == null
        || Long.parseLong(index.substring(0, index.indexOf('.'))) < mixture.topK();
  }

  private static Map<String, Mixture> mixtures(Model model) {
    Map<String, Mixture> mixtures = new HashMap<>();
    for (Tower tower : model.towers()) {
      long layer = 0;
      for (Run run : tower.runs())
        for (long copy = 0; copy < run.count(); copy++, layer++) {
          List<Mixer> mixers = run.block().mixers().toList();
          List<String> names = Parameters.mixerNames(run.block());
          for (int i = 0; i < mixers.size(); i++)
            if (mixers.get(i) instanceof Mixture mixture)
              mixtures.put(tower.name() + "." + layer + "." + names.get(i), mixture);
        }
    }
    return mixtures;
  }

  /**
   * Whether a decoded token passes a matrix: not those of an encoder beside a decoder, nor what
   * reads the encoder's output.
   */
  private static boolean passedByToken(Model model, String name) {
    String last = model.last().name();
    boolean decoder = last.equals("decoder") && model.towers().size() > 1;
    if (!decoder) return true;
    boolean crossKeyValue =
        name.contains(".cross") && (name.endsWith(".k.weight") || name.endsWith(".v.weight"));
    return !name.startsWith("encoder.") && !crossKeyValue;
  }

  private static long cache(Model model) {
    long elements = 0;
    for (Tower tower : model.towers()) {
      if (Mask.BIDIRECTIONAL.equals(tower.mask())) continue;
      if (tower.cache().isPresent())
        elements =
            Math.addExact(elements, Math.multiplyExact(2, tower.cache().get().keyValueDim()));
      for (Run run : tower.runs())
        for (Mixer mixer : run.block().mixers().toList()) {
          long each =
              switch (mixer) {
                case Heads heads ->
                    heads.isCross() ? 0 : Math.multiplyExact(2, heads.keyValueDim());
                case Latent latent -> Math.addExact(latent.keyValueRank(), latent.ropeDim());
                case FeedForward _, Retention _ -> 0;
              };
          elements = Math.addExact(elements, Math.multiplyExact(run.count(), each));
        }
    }
    return elements;
  }
}
