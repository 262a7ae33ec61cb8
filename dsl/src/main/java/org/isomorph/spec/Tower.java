package org.isomorph.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A stack of blocks of one width: an encoder, a decoder, or one of a model's other sides.
 *
 * @param name what its parameters and values begin with
 * @param dim the width of the residual stream
 * @param mask who may attend to whom
 * @param input what enters the first layer
 * @param runs the layers, equal ones together
 * @param norm applied to what leaves the last layer
 * @param cache keys and values computed once for all layers
 */
public record Tower(
    String name,
    long dim,
    Mask mask,
    Input input,
    List<Run> runs,
    Norm norm,
    Optional<SharedCache> cache) {
  /** What the parameters of inputs and heads begin with. */
  private static final List<String> TAKEN =
      List.of(
          "embed",
          "head",
          "mlm",
          "nsp",
          "pooler",
          "classes",
          "reward",
          "project",
          "logit_scale",
          "mtp");

  /**
   * Ten times the deepest model that was ever trained: a configuration that asks for more is a
   * mistake or an attack, and listing its parameters would take all memory there is.
   */
  private static final long MOST_LAYERS = 10_000;

  public Tower {
    Require.that(
        name.matches("[a-z][a-z_]*") && !TAKEN.contains(name),
        "a tower's name is made of small letters and underscores, and is none of "
            + String.join(", ", TAKEN)
            + ": found \""
            + name
            + "\"");
    Require.ownNorm("the final norm of tower " + name, norm);
    Require.positive("width", dim);
    long width = dim;
    input = input.resolved(dim);
    runs =
        Run.merged(
            runs.stream().map(run -> new Run(run.count(), run.block().resolved(width))).toList());
    requireDepth(name, runs.stream().mapToLong(Run::count).reduce(0, Math::addExact));
    if (input instanceof Tokens tokens)
      Require.that(
          AbsolutePosition.NONE.equals(tokens.position())
              || tokens.numbering() != Tokens.Numbering.SPAN_AND_BLOCK,
          "tower "
              + name
              + ": positions that are added need one number a token, not SPAN_AND_BLOCK");
    for (Run run : runs) check(name, run.block(), input, cache);
    BucketTables.check(name, runs);
  }

  private static void requireDepth(String name, long layers) {
    Require.atMost("layers of tower " + name, layers, "what a tower can have", MOST_LAYERS);
  }

  private static void check(String name, Block block, Input input, Optional<SharedCache> cache) {
    boolean spans =
        input instanceof Tokens tokens && tokens.numbering() == Tokens.Numbering.SPAN_AND_BLOCK;
    block
        .mixers()
        .forEach(mixer -> {
          if (mixer instanceof Heads heads) {
            checkCross(name, heads);
            Require.that(
                heads.logn().isEmpty() || !spans,
                "tower " + name + ": log-n scaling needs one position a token, not SPAN_AND_BLOCK");
            boolean twoAxes = heads.position() instanceof Rope rope && rope.axes() == Rope.Axes.TWO;
            Require.that(
                !twoAxes || spans,
                "tower "
                    + name
                    + ": rotary positions on two axes need tokens numbered SPAN_AND_BLOCK");
            Require.that(
                !KeyValues.SHARED_CACHE.equals(heads.keyValues()) || cache.isPresent(),
                "tower " + name + ": attention reads a shared cache that the tower does not have");
            if (KeyValues.SHARED_CACHE.equals(heads.keyValues()))
              cache.ifPresent(shared -> {
                Require.that(
                    shared.keyValueHeads() == heads.keyValueHeads()
                        && shared.headDim() == heads.headDim(),
                    "tower "
                        + name
                        + ": attention expects "
                        + heads.keyValueHeads()
                        + " key/value heads of "
                        + heads.headDim()
                        + ", the shared cache has "
                        + shared.keyValueHeads()
                        + " of "
                        + shared.headDim());
              });
          }
        });
  }

  /** Tokens of two towers have no distance that a window or a bias could go by. */
  private static void checkCross(String name, Heads heads) {
    if (!(heads.keyValues() instanceof KeyValues.From from)) return;
    String where = "tower " + name + ": attention to " + from.tower();
    Require.that(
        heads.window().isEmpty(),
        where + " has no window, as tokens of two towers are at no distance from each other");
    Require.rotation(where, heads.position());
    Require.that(
        !(heads.position() instanceof Rope rope) || rope.axes() == Rope.Axes.ONE,
        where + " has rotary positions on one axis, or none");
  }

  /**
   * This tower with {@code count} more equal layers; the first layers also decide the final norm,
   * if none is set yet.
   */
  public Tower layers(long count, Block block) {
    List<Run> more = new ArrayList<>(runs);
    more.add(new Run(count, block));
    return new Tower(name, dim, mask, input, more, finalNorm(norm, block), cache);
  }

  private static Norm finalNorm(Norm present, Block block) {
    Frame frame = block.frame();
    return Norm.NONE.equals(present) && !frame.normalisesStream() ? frame.norm() : present;
  }

  /** This tower with {@code count} more layers, each from its index in the tower. */
  public Tower layers(long count, LongFunction<Block> block) {
    requireDepth(name, Math.addExact(depth(), count));
    long depth = depth();
    List<Run> more = new ArrayList<>(runs);
    Norm last = norm;
    for (long layer = depth; layer < depth + count; layer++) {
      Block next = block.apply(layer);
      more.add(new Run(1, next));
      last = finalNorm(last, next);
    }
    // Equal ones are joined first: what follows looks at each run.
    return new Tower(name, dim, mask, input, Run.merged(more), last, cache);
  }

  /**
   * This tower with another norm after its last layer. Say it after the layers, which set the usual
   * one.
   */
  public Tower finalNorm(Norm last) {
    return new Tower(name, dim, mask, input, runs, last, cache);
  }

  public Tower input(Input from) {
    return new Tower(name, dim, mask, from, runs, norm, cache);
  }

  /** This tower with its token input changed. */
  public Tower embed(UnaryOperator<Tokens> change) {
    if (!(input instanceof Tokens tokens))
      throw new SpecException("tower " + name + " reads " + input + ", not tokens");
    return input(change.apply(tokens));
  }

  public Tower mask(Mask who) {
    return new Tower(name, dim, who, input, runs, norm, cache);
  }

  public Tower cache(SharedCache shared) {
    return new Tower(name, dim, mask, input, runs, norm, Optional.of(shared));
  }

  /** The same layers with each block changed. */
  public Tower blocks(UnaryOperator<Block> change) {
    return new Tower(
        name,
        dim,
        mask,
        input,
        runs.stream().map(run -> new Run(run.count(), change.apply(run.block()))).toList(),
        norm,
        cache);
  }

  /** Whether the ids of tokens with this role enter this tower's mask or numbering. */
  boolean computesWith(Role role) {
    boolean ends =
        mask instanceof Mask.Prefix prefix
            && switch (prefix.extent()) {
              case Mask.Extent.Given _ -> false;
              case Mask.Extent.Through through -> through.role() == role;
              case Mask.Extent.Before before -> before.role() == role;
            };
    boolean spans =
        input instanceof Tokens tokens
            && switch (tokens.numbering()) {
              case SEQUENTIAL, UNPADDED -> false;
              case SPAN, SPAN_AND_BLOCK ->
                  role == Role.BOS || role == Role.MASK || role == Role.GMASK;
            };
    return ends || spans;
  }

  /** The number of layers. */
  public long depth() {
    return runs.stream().mapToLong(Run::count).reduce(0, Math::addExact);
  }

  /** All layers in order, each as its block. */
  public Stream<Block> layers() {
    return runs.stream().flatMap(run -> Stream.generate(run::block).limit(run.count()));
  }

  /** Whether a mixer of one of the layers is of this kind. */
  public boolean has(Class<? extends Mixer> kind) {
    return runs.stream().anyMatch(run -> run.block().has(kind));
  }

  /** The block of the layer with this index. */
  public Block layer(long index) {
    long first = 0;
    for (Run run : runs) {
      if (index < first + run.count()) return run.block();
      first += run.count();
    }
    throw new IndexOutOfBoundsException("layer " + index + " of a tower of " + depth());
  }
}
