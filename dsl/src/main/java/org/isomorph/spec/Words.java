package org.isomorph.spec;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The parts and values of a description as people speak of them. */
final class Words {
  private Words() {}

  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("attn", "attention"),
          Map.entry("cross", "cross-attention"),
          Map.entry("ffn", "feed-forward layer"),
          Map.entry("dim", "width"),
          Map.entry("keyValueHeads", "key/value heads"),
          Map.entry("headDim", "head dimension"),
          Map.entry("position", "positions"),
          Map.entry("qkNorm", "query/key norm"),
          Map.entry("keyValues", "source of keys and values"),
          Map.entry("logn", "log-n scaling"),
          Map.entry("bias", "biases"),
          Map.entry("isTied", "tie to the token table"),
          Map.entry("isShared", "table shared between towers"),
          Map.entry("isNormalised", "normalised rows"),
          Map.entry("topK", "experts a token"),
          Map.entry("hidden", "hidden width"),
          Map.entry("keyValueRank", "key/value rank"),
          Map.entry("nopeDim", "unrotated dimension"),
          Map.entry("ropeDim", "rotated dimension"),
          Map.entry("valueDim", "value dimension"),
          Map.entry("nsp", "next-sentence head"),
          Map.entry("mlm", "masked language model head"),
          Map.entry("mtp", "multi-token head"),
          Map.entry("classes", "class head"),
          Map.entry("reward", "reward head"),
          Map.entry("head", "language model head"),
          Map.entry("logit_scale", "similarity head"),
          Map.entry("embed", "input"));

  /** A component of the description: {@code keyValueHeads} is "key/value heads". */
  static String part(String component) {
    String known = PARTS.get(component);
    return known != null
        ? known
        : component.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT);
  }

  /** What an optional holds, null if nothing; other values as they are. */
  static @Nullable Object present(@Nullable Object value) {
    return switch (value) {
      case Optional<?> some -> some.orElse(null);
      case OptionalLong some -> some.isPresent() ? some.getAsLong() : null;
      case OptionalDouble some -> some.isPresent() ? some.getAsDouble() : null;
      case null, default -> value;
    };
  }

  /** A value as the DSL writes it, {@code none} for nothing. */
  static String code(@Nullable Object value) {
    return switch (value) {
      case null -> "none";
      case Enum<?> constant when constant.name().equals("NONE") -> "none";
      case Double number -> Print.number(number);
      case java.util.Collection<?> items when items.isEmpty() -> "none";
      default -> value.toString();
    };
  }

  /** A value in words. */
  static String value(@Nullable Object value) {
    return switch (value) {
      case Boolean yes -> yes ? "yes" : "no";
      case Rope rope -> "rotary (theta " + Print.number(rope.theta()) + ")";
      case RelativePosition.Alibi alibi ->
          alibi.scale() == 1 ? "ALiBi" : "ALiBi (slopes times " + Print.number(alibi.scale()) + ")";
      case RelativePosition.Buckets buckets -> buckets.buckets() + " buckets of distances";
      case AbsolutePosition.Learned learned -> "learned (" + learned.max() + ")";
      case AbsolutePosition.Sinusoidal _ -> "sines and cosines";
      case Mask.Plain mask -> Mask.CAUSAL.equals(mask) ? "causal" : "bidirectional";
      case Placement.Plain placement -> placement(placement);
      case Placement.Deep deep -> "DeepNorm (alpha " + deep.alpha() + ")";
      case Placement.Glm glm -> "GLM's norm (alpha " + glm.alpha() + ")";
      case null, default -> code(value);
    };
  }

  private static String placement(Placement.Plain placement) {
    return switch (placement) {
      case PRE -> "norm before the branch";
      case POST -> "norm after the sum";
      case SANDWICH -> "norms before and after the branch";
      case BRANCH_POST -> "norm after the branch";
    };
  }
}
