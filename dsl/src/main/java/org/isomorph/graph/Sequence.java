package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one tower: which are padding, where each stands, and who may see whom. All masks,
 * positions and prefixes are made here, each once, before the layers that share them.
 *
 * <p>They are worked out over all tokens so far, of which the queries are the last: so a call that
 * adds one token finds the same masks and positions as a call with all of them.
 */
final class Sequence {
  private final Assembly assembly;
  private final Model model;
  private final Mask mask;
  private final String prefix;
  private final String padding;
  private final String queries;
  private final boolean remembers;
  private final @Nullable String ids;
  private final Tokens.Numbering numbering;
  private final @Nullable Sequence same;
  private final Map<Object, String> made = new HashMap<>();

  /**
   * @param prefix what names begin with
   * @param padding the mask (B, T) of this call's tokens: 0 for padding
   * @param queries any value (B, T, ...) of this call's tokens
   * @param ids of this call's tokens, if it is tokens
   * @param remembers whether earlier calls' tokens are seen too
   */
  Sequence(
      Assembly assembly,
      Model model,
      Mask mask,
      String prefix,
      String padding,
      String queries,
      @Nullable String ids,
      Tokens.Numbering numbering,
      boolean remembers) {
    this(assembly, model, mask, prefix, padding, queries, ids, numbering, remembers, null);
  }

  private Sequence(
      Assembly assembly,
      Model model,
      Mask mask,
      String prefix,
      String padding,
      String queries,
      @Nullable String ids,
      Tokens.Numbering numbering,
      boolean remembers,
      @Nullable Sequence same) {
    this.assembly = assembly;
    this.model = model;
    this.mask = mask;
    this.prefix = prefix;
    this.padding = padding;
    this.queries = queries;
    this.ids = ids;
    this.numbering = numbering;
    this.remembers = remembers;
    this.same = same;
  }

  /**
   * These tokens but for the last, within one call: what predicts a token further on.
   *
   * @param behind the stream of the tokens that are left, (B, T - 1, D)
   */
  Sequence shorter(String prefix, String behind) {
    String left = assembly.add(prefix + "padding", new Op.Drop(false), padding);
    String read = ids == null ? null : assembly.add(prefix + "read", new Op.Drop(false), ids);
    return new Sequence(assembly, model, mask, prefix, left, behind, read, numbering, false);
  }

  /** The ids of this call's tokens. */
  String ids() {
    return java.util.Objects.requireNonNull(ids, "a tower that reads no tokens");
  }

  boolean remembers() {
    return remembers;
  }

  /** 0 for padding: (B, T), of this call. */
  String padding() {
    return padding;
  }

  /** 0 for padding: (B, S), of all that may be seen. */
  String keys() {
    if (same != null) return same.keys();
    return all("keys", padding);
  }

  private String all(String called, String value) {
    if (same != null) return same.all(called, value);
    if (!remembers) return value;
    return once(called, () -> assembly.add(prefix + called, new Op.Remember(1), value));
  }

  private String once(Object key, java.util.function.Supplier<String> how) {
    // Not computeIfAbsent: one value may need another on the way.
    @Nullable String present = made.get(key);
    if (present != null) return present;
    String name = how.get();
    made.put(key, name);
    return name;
  }

  /** Where each token of this call stands: (B, T), or (B, 2, T). */
  String positions() {
    if (same != null) return same.positions();
    return once(
        "positions",
        () -> {
          boolean counts =
              numbering == Tokens.Numbering.SEQUENTIAL || numbering == Tokens.Numbering.UNPADDED;
          // What only counts tokens does not read them, and so need not remember them.
          String ids = counts || this.ids == null ? keys() : all("ids", this.ids);
          List<Long> spans = new ArrayList<>(model.ids(Role.MASK));
          spans.addAll(model.ids(Role.GMASK));
          Op number =
              new Op.Positions(numbering, model.ids(Role.BOS), spans, model.ids(Role.GMASK));
          if (!remembers) return assembly.add(prefix + "positions", number, ids, keys());
          String all = assembly.add(prefix + "positions.all", number, ids, keys());
          return assembly.add(prefix + "positions", new Op.Latest(), all);
        });
  }

  /** How many tokens there are, padding apart: (B). */
  private String lengths() {
    if (same != null) return same.lengths();
    return once("lengths", () -> assembly.add(prefix + "lengths", new Op.Length(), keys()));
  }

  /** As {@link #lengths}, but what it was when the sequence began. */
  private String firstLengths() {
    if (same != null) return same.firstLengths();
    if (!remembers) return lengths();
    return once(
        "lengths.first", () -> assembly.add(prefix + "lengths.first", new Op.Keep(), lengths()));
  }

  /** The same tokens under another mask. */
  Sequence masked(Mask other, String prefix) {
    return new Sequence(
        assembly, model, other, prefix, padding, queries, ids, numbering, remembers, this);
  }

  /** What another tower may see of these tokens: all but padding, (B, 1, 1, S). */
  String seenByAll() {
    return once(
        "seen",
        () -> assembly.add(prefix + "seen", new Op.Visible(false, OptionalLong.empty()), keys()));
  }

  /** Whether a query may see a key: (B, 1, T or 1, S). */
  String visible(OptionalLong window) {
    return once(
        List.of("visible", window),
        () -> {
          boolean causal = !Mask.BIDIRECTIONAL.equals(mask);
          List<String> operands = new ArrayList<>(List.of(keys()));
          if (causal || window.isPresent()) operands.add(queries);
          if (mask instanceof Mask.Prefix within) operands.add(prefixEnd(within.extent()));
          String name = prefix + "visible" + (window.isPresent() ? "." + window.getAsLong() : "");
          return assembly.add(name, new Op.Visible(causal, window), operands, List.of());
        });
  }

  private String prefixEnd(Mask.Extent extent) {
    return once(
        "prefix",
        () -> {
          String ids = all("ids", this.ids == null ? padding : this.ids);
          return switch (extent) {
            case Mask.Extent.Given _ ->
                assembly.add(
                    prefix + "prefix",
                    new Op.PrefixOf(),
                    keys(),
                    assembly.input("prefix_lengths", Type.of(Type.Kind.INDEX, Dim.BATCH)));
            case Mask.Extent.Through through ->
                assembly.add(
                    prefix + "prefix",
                    new Op.PrefixEnd(model.ids(through.role()), true),
                    ids,
                    keys());
            case Mask.Extent.Before before ->
                assembly.add(
                    prefix + "prefix",
                    new Op.PrefixEnd(model.ids(before.role()), false),
                    ids,
                    keys());
          };
        });
  }

  /** The names of cosines and sines (B, 1, T, r/2). */
  List<String> rotary(Rope rope) {
    if (same != null) return same.rotary(rope);
    // What rotates decides the table; which components make a pair does not.
    Rope table =
        new Rope(
            rope.theta(),
            rope.dim(),
            Rope.Pairing.HALVES,
            rope.axes(),
            rope.spacing(),
            rope.scaling());
    String cosines =
        once(
            table,
            () -> {
              long other = made.keySet().stream().filter(Rope.class::isInstance).count();
              String name = prefix + "rotary" + (other == 0 ? "" : Long.toString(other + 1));
              List<String> operands = new ArrayList<>(List.of(positions()));
              switch (rope.scaling()) {
                // Qwen-1 chooses its base when a sequence begins, and stays with it.
                case RopeScaling.DynamicNtk dynamic ->
                    operands.add(dynamic.powerOfTwo() ? firstLengths() : lengths());
                case RopeScaling.LongRope _ -> operands.add(lengths());
                default -> {}
              }
              assembly.add(
                  List.of(name + ".cos", name + ".sin"),
                  new Op.RotaryTable(table),
                  operands,
                  List.of());
              return name + ".cos";
            });
    return List.of(cosines, cosines.substring(0, cosines.length() - 3) + "sin");
  }

  /** Queries beyond the trained length, scaled by how far. */
  String logScaled(String result, String queries, long trained) {
    return assembly.add(result, new Op.LogScale(trained), queries, positions());
  }

  /** The bias that all layers of this attention share; null where there is none. */
  @Nullable String bias(Heads heads, String table) {
    return switch (heads.position()) {
      case RelativePosition.Alibi alibi ->
          once(
              List.of(alibi, heads.heads()),
              () ->
                  assembly.add(
                      prefix + "alibi" + heads.heads() + steepness(alibi),
                      new Op.DistanceBias(alibi, heads.heads()),
                      queries,
                      keys()));
      case RelativePosition.Buckets buckets ->
          once(List.of("buckets", table), () -> bucketBias(buckets, table));
      default -> null;
    };
  }

  private static String steepness(RelativePosition.Alibi alibi) {
    return (alibi.maxBias() == 8 ? "" : "." + alibi.maxBias())
        + (alibi.scale() == 1 ? "" : ".times" + alibi.scale());
  }

  private String bucketBias(RelativePosition.Buckets buckets, String table) {
    return assembly.add(
        // Fewer tokens than the layers see have a bias of their own.
        (prefix.startsWith("mtp.") ? prefix : "") + table.replace(".weight", ".scores"),
        new Op.BucketBias(buckets, Mask.BIDIRECTIONAL.equals(mask)),
        List.of(queries, keys()),
        List.of(table));
  }

  /** Makes all that this attention shares with other layers, before the first of them. */
  void prepare(Heads heads) {
    visible(heads.window());
    if (heads.position() instanceof Rope rope) rotary(rope);
    if (heads.position() instanceof RelativePosition.Alibi) bias(heads, "");
    if (heads.logn().isPresent()) positions();
  }

  /** The learned bias of a table that all layers share, before the first of them. */
  void prepare(RelativePosition.Buckets buckets, String table) {
    once(List.of("buckets", table), () -> bucketBias(buckets, table));
  }
}
