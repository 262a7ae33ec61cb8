package org.isomorph.debug.hypothesis;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;

/**
 * A mistake that is made in one layer.
 *
 * @param said what an explanation of it says
 * @param inHalf whether it shows where numbers have 8 bits
 */
public record Fault(String name, String said, boolean inHalf, Making making) {
  /** What comes of a family; empty where it has nothing to make this mistake with. */
  public interface Making {
    Optional<Family> of(Family family, int layer);
  }

  public Optional<Family> of(Family family, int layer) {
    return making.of(family, layer);
  }

  public static List<Fault> all() {
    return List.of(
        weights("rotary rows interleaved, not halved", "rotary rows", Fault::interleaved),
        weights("key and value heads tiled, not repeated", "tiled", Fault::tiled),
        weights(
            "output projection transposed",
            "o transposed",
            (f, w, at) -> {
              return edit(
                  f,
                  w,
                  at + "attn.o.weight",
                  (x, rows, columns, i) -> x[i % rows * columns + i / rows]);
            }),
        weights(
            "gate and up swapped",
            "gate and up swapped",
            (f, w, at) -> {
              String ffn = w.containsKey(at + "ffn.gate.weight") ? "ffn." : "ffn.experts.1.";
              return swap(w, at + ffn + "gate.weight", at + ffn + "up.weight");
            }),
        described(
            "scores not divided by the root of the head's width",
            "attention scale 1",
            mixer ->
                switch (mixer) {
                  case Heads heads -> heads.scale(1);
                  case Latent latent -> latent.scale(1);
                  default -> mixer;
                }),
        weights(
            "two heads of queries swapped",
            "swapped",
            (f, w, at) -> {
              String q = w.containsKey(at + "attn.q.weight") ? "attn.q.weight" : "attn.q_up.weight";
              int d =
                  q.equals("attn.q.weight")
                      ? (int)
                          ((Heads) f.model().last().layer(0).mixers().findFirst().orElseThrow())
                              .headDim()
                      : 16;
              return edit(
                  f,
                  w,
                  at + q,
                  (x, rows, columns, i) ->
                      x[i / columns < 2 * d ? (i + d * columns) % (2 * d * columns) : i]);
            }),
        weights(
            "a row of the down projection zeroed",
            "zeroed",
            (f, w, at) -> {
              String down =
                  w.containsKey(at + "ffn.down.weight")
                      ? "ffn.down.weight"
                      : "ffn.shared.down.weight";
              return edit(f, w, at + down, (x, rows, columns, i) -> i / columns == 9 ? 0 : x[i]);
            }),
        weights(
            "gain of attention's norm left at one",
            "missing",
            (f, w, at) -> {
              return edit(f, w, at + "attn.norm.weight", (x, rows, columns, i) -> 1);
            }),
        weights(
            "rows of values rolled by one",
            "rolled",
            (f, w, at) -> {
              String v =
                  w.containsKey(at + "attn.v.weight") ? "attn.v.weight" : "attn.kv_up.weight";
              return edit(f, w, at + v, (x, rows, columns, i) -> x[(i + columns) % x.length]);
            }),
        weights(
            "down projection twice as large",
            "scaled by 2",
            (f, w, at) -> {
              String down =
                  w.containsKey(at + "ffn.down.weight")
                      ? "ffn.down.weight"
                      : "ffn.shared.down.weight";
              return edit(f, w, at + down, (x, rows, columns, i) -> 2 * x[i]);
            }),
        weights(
            "sign of the output projection flipped",
            "flipped",
            (f, w, at) -> {
              return edit(f, w, at + "attn.o.weight", (x, rows, columns, i) -> -x[i]);
            }),
        weights(
            "output projection of another layer",
            "of layer",
            (f, w, at) -> {
              String o = "attn.o.weight",
                  other = at.equals("decoder.0.") ? "decoder.1." : "decoder.0.";
              return edit(f, w, at + o, (x, rows, columns, i) -> f.weights().get(other + o)[i]);
            }),
        weights(
            "a bias of keys missing",
            "bias missing",
            (f, w, at) -> {
              return edit(f, w, at + "attn.k.bias", (x, rows, columns, i) -> 0);
            }),
        weights(
            "two experts swapped",
            "experts",
            (f, w, at) -> {
              if (!w.containsKey(at + "ffn.experts.0.gate.weight")) return false;
              for (String part : List.of("gate", "up", "down"))
                swap(
                    w,
                    at + "ffn.experts.0." + part + ".weight",
                    at + "ffn.experts.2." + part + ".weight");
              return true;
            }),
        described(
            "expert weights not divided by their sum",
            "not divided by their sum",
            mixer ->
                mixer instanceof Mixture mixture && mixture.router() instanceof Router.Softmax
                    ? mixture.router(new Router.Softmax(false, 1))
                    : mixer),
        described(
            "another rotary base",
            "rope theta 500000",
            mixer ->
                switch (mixer) {
                  case Heads heads when heads.position() instanceof Rope rope ->
                      heads.position(theta(rope));
                  case Latent latent -> latent.rope(theta(latent.rope()));
                  default -> mixer;
                }),
        described(
            "a window that is not there",
            "window",
            mixer -> mixer instanceof Heads heads ? heads.window(8) : mixer));
  }

  private static Rope theta(Rope rope) {
    return new Rope(
        500_000, rope.dim(), rope.pairing(), rope.axes(), rope.spacing(), rope.scaling());
  }

  // ---- weights

  /** Changes weights of a layer whose names begin so; false if there is nothing to change. */
  private interface Damage {
    boolean to(Family family, Map<String, float[]> weights, String at);
  }

  private static Fault weights(String name, String said, Damage damage) {
    return new Fault(
        name,
        said,
        true,
        (family, layer) -> {
          Map<String, float[]> weights = new LinkedHashMap<>(family.weights());
          return damage.to(family, weights, "decoder." + layer + ".")
              ? Optional.of(new Family(family.name(), family.model(), weights))
              : Optional.empty();
        });
  }

  private interface Element {
    float of(float[] from, int rows, int columns, int index);
  }

  private static boolean edit(
      Family family, Map<String, float[]> weights, String name, Element to) {
    float[] from = weights.get(name);
    if (from == null) return false;
    Parameter parameter =
        Parameters.of(family.model()).stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    int rows = (int) parameter.shape().dim(0), columns = from.length / rows;
    float[] made = new float[from.length];
    for (int i = 0; i < made.length; i++) made[i] = to.of(from, rows, columns, i);
    weights.put(name, made);
    return !Arrays.equals(from, made);
  }

  private static boolean swap(Map<String, float[]> weights, String one, String other) {
    float[] first = weights.get(one), second = weights.get(other);
    if (first == null || second == null) return false;
    weights.put(one, second);
    weights.put(other, first);
    return true;
  }

  private static boolean interleaved(Family family, Map<String, float[]> weights, String at) {
    if (!weights.containsKey(at + "attn.k.weight")) {
      return edit(
          family,
          weights,
          at + "attn.kv_down.weight",
          (x, rows, columns, i) -> {
            int row = i / columns, within = row - 32;
            return within < 0
                ? x[i]
                : x[(32 + within % 4 * 2 + within / 4) * columns + i % columns];
          });
    }
    Heads heads = (Heads) family.model().last().layer(0).mixers().findFirst().orElseThrow();
    int d = (int) heads.headDim(), dim = (int) ((Rope) heads.position()).dim();
    for (String part : List.of("attn.q.weight", "attn.k.weight", "attn.q.bias", "attn.k.bias"))
      edit(
          family,
          weights,
          at + part,
          (x, rows, columns, i) -> {
            int row = i / columns, within = row % d, head = row - within;
            int from = within < dim ? within / 2 + within % 2 * (dim / 2) : within;
            return x[(head + from) * columns + i % columns];
          });
    return true;
  }

  private static boolean tiled(Family family, Map<String, float[]> weights, String at) {
    if (!(family.model().last().layer(0).mixers().findFirst().orElseThrow() instanceof Heads heads)
        || heads.heads() == heads.keyValueHeads()) return false;
    int d = (int) heads.headDim(), groups = (int) heads.keyValueHeads();
    int each = (int) heads.heads() / groups;
    for (String part : List.of("attn.q.weight", "attn.q.bias"))
      edit(
          family,
          weights,
          at + part,
          (x, rows, columns, i) -> x[dealt(i / columns, d, groups, each) * columns + i % columns]);
    return edit(
        family,
        weights,
        at + "attn.o.weight",
        (x, rows, columns, i) -> x[i / columns * columns + dealt(i % columns, d, groups, each)]);
  }

  private static int dealt(int row, int d, int groups, int each) {
    int head = row / d;
    return (head % each * groups + head / each) * d + row % d;
  }

  // ---- descriptions

  /**
   * Norms of a layer with another epsilon, which may be too little to be seen: apart from {@link
   * #all}.
   */
  public static List<Fault> epsilons() {
    return Stream.of(0.1, 10.0, 100.0, 1000.0, 10_000.0).map(Fault::epsilon).toList();
  }

  private static Fault epsilon(double factor) {
    UnaryOperator<Norm> change =
        norm ->
            switch (norm) {
              case Norm.Rms rms -> new Norm.Rms(factor * rms.eps(), rms.gain());
              case Norm.Layer layer ->
                  new Norm.Layer(factor * layer.eps(), layer.gain(), layer.bias());
              default -> norm;
            };
    return branched(
        factor < 1 ? "a tenth" : String.format(Locale.ROOT, "%.0f times", factor),
        "norm epsilon",
        branch -> new Branch(change.apply(branch.norm()), branch.mixer()));
  }

  private static Fault described(String name, String said, UnaryOperator<Mixer> change) {
    return branched(name, said, branch -> new Branch(branch.norm(), change.apply(branch.mixer())));
  }

  private static Fault branched(String name, String said, UnaryOperator<Branch> change) {
    return new Fault(
        name,
        said,
        true,
        (family, layer) -> {
          Model changed =
              family
                  .model()
                  .tower(tower -> {
                    List<Block> blocks = tower.layers().toList();
                    var empty =
                        new org.isomorph.spec.Tower(
                            tower.name(),
                            tower.dim(),
                            tower.mask(),
                            tower.input(),
                            List.of(),
                            tower.norm(),
                            tower.cache());
                    return empty
                        .layers(
                            blocks.size(),
                            index ->
                                index == layer
                                    ? changed(blocks.get((int) index), change)
                                    : blocks.get((int) index))
                        .finalNorm(tower.norm());
                  });
          return changed.equals(family.model())
              ? Optional.empty()
              : Optional.of(new Family(family.name(), changed, family.weights()));
        });
  }

  private static Block changed(Block block, UnaryOperator<Branch> change) {
    return new Block(
        block.residuals().stream()
            .map(residual ->
                new Residual(
                    residual.placement(), residual.branches().stream().map(change).toList()))
            .toList());
  }
}
