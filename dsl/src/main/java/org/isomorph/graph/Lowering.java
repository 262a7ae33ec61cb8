package org.isomorph.graph;

import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Block;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Input;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.SharedCache;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/**
 * A model as a graph: towers in order, each from its input through its layers to its final norm,
 * then the heads.
 */
public final class Lowering {
  private final Model model;
  private final Assembly assembly;
  private final Streams streams = new Streams();

  private Lowering(Model model) {
    this.model = model;
    this.assembly = new Assembly(model);
  }

  /**
   * The graph of {@code model}: inputs are called as Hugging Face calls them ({@code input_ids},
   * {@code attention_mask}, ...), outputs too ({@code logits}, ...), values by their canonical
   * names. Each call stands alone; see {@link Passes#remembering}.
   */
  public static Graph of(Model model) {
    return Passes.live(whole(model));
  }

  /**
   * The same graph with what no output needs: towers that no head reads, the logits of further
   * tokens. Where such values are asked for, {@link Passes#tap} and {@link Passes#only} start here.
   *
   * @throws GraphException if parts of the description do not fit each other, with the reasons
   */
  public static Graph whole(Model model) {
    List<String> reasons = Computability.reasons(model);
    if (!reasons.isEmpty())
      throw new GraphException(model.name() + " cannot be computed: " + String.join("; ", reasons));
    Lowering lowering = new Lowering(model);
    for (Tower tower : model.towers()) lowering.tower(tower);
    new HeadLowering(model, lowering.assembly, lowering.streams).lower();
    return lowering.assembly.graph();
  }

  private void tower(Tower tower) {
    Stream entering =
        switch (tower.input()) {
          case Input.Continues from -> continued(tower, from);
          case Tokens tokens -> new InputLowering(model, assembly, tower).tokens(tokens);
          case Patches patches -> new InputLowering(model, assembly, tower).patches(patches);
        };
    String x = entering.value();
    Sequence sequence = entering.sequence();
    tower.cache().ifPresent(cache -> cache(tower, cache, entering));
    prepare(tower, sequence);
    long layer = 0;
    for (var run : tower.runs())
      for (long copy = 0; copy < run.count(); copy++, layer++) {
        String path = tower.name() + "." + layer;
        long index = layer;
        assembly.region(path);
        x =
            new BlockLowering(
                    assembly,
                    streams,
                    sequence,
                    path,
                    run.block(),
                    mixer -> Parameters.bucketTable(tower, index, mixer))
                .lower(x);
      }
    assembly.region("");
    x = assembly.norm(tower.name() + ".norm.out", tower.name() + ".norm", tower.norm(), x);
    streams.put(tower.name(), new Streams.Stream(x, sequence));
  }

  /** What enters a tower's first layer. */
  record Stream(String value, Sequence sequence) {}

  private Stream continued(Tower tower, Input.Continues from) {
    Streams.Stream source = streams.of(from.tower());
    return new Stream(source.value(), source.sequence().masked(tower.mask(), tower.name() + "."));
  }

  private void cache(Tower tower, SharedCache cache, Stream entering) {
    String path = tower.name() + ".cache";
    String x = assembly.norm(path + ".norm.out", path + ".norm", cache.norm(), entering.value());
    String k = heads(path + ".k", cache.keyValueHeads(), x, cache.position() instanceof Rope);
    if (cache.position() instanceof Rope rope) {
      List<String> table = entering.sequence().rotary(rope);
      Op rotate = new Op.Rotate(rope.pairing(), rope.axes(), rope.dim());
      k = assembly.add(path + ".k", rotate, k, table.getFirst(), table.getLast());
    }
    String v = heads(path + ".v", cache.keyValueHeads(), x, false);
    if (entering.sequence().remembers()) {
      k = assembly.add(path + ".k.all", new Op.Remember(2), k);
      v = assembly.add(path + ".v.all", new Op.Remember(2), v);
    }
    streams.share(k, v);
  }

  private String heads(String path, long count, String x, boolean turned) {
    return assembly.add(
        path + (turned ? ".heads" : ""),
        new Op.SplitHeads(count),
        assembly.linear(path + ".linear", path, x));
  }

  /** Masks, tables and biases that several layers share stand before the first of them. */
  private void prepare(Tower tower, Sequence sequence) {
    for (var run : tower.runs()) run.block().mixers().forEach(mixer -> prepare(mixer, sequence));
    long layer = 0;
    for (var run : tower.runs()) {
      prepareBuckets(tower, layer, run.block(), sequence);
      layer += run.count();
    }
  }

  private void prepare(Mixer mixer, Sequence sequence) {
    switch (mixer) {
      case Heads heads when heads.keyValues() instanceof KeyValues.From from -> {
        Sequence source = streams.of(from.tower()).sequence();
        source.seenByAll();
        if (heads.position() instanceof Rope rope) {
          sequence.rotary(rope);
          source.rotary(rope);
        }
      }
      case Heads heads -> sequence.prepare(heads);
      case Latent latent -> {
        sequence.visible(java.util.OptionalLong.empty());
        sequence.rotary(latent.rope());
      }
      case Retention retention -> {
        if (retention.position() instanceof Rope rope) sequence.rotary(rope);
      }
      default -> {}
    }
  }

  private void prepareBuckets(Tower tower, long layer, Block block, Sequence sequence) {
    List<Mixer> mixers = block.mixers().toList();
    List<String> names = Parameters.mixerNames(block);
    for (int index = 0; index < mixers.size(); index++)
      if (mixers.get(index) instanceof Heads heads
          && !heads.isCross()
          && heads.position() instanceof RelativePosition.Buckets buckets
          && buckets.share() == RelativePosition.Buckets.Share.FIRST_LAYER) {
        Optional<String> table = Parameters.bucketTable(tower, layer, names.get(index));
        table.ifPresent(name -> sequence.prepare(buckets, name));
      }
  }
}
