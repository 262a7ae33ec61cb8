package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Rope;

/** Mistakes with heads: how they are packed, numbered and rotated. */
final class AttentionHypotheses {
  /** Swaps of two heads that are tried where the other side's weights are not known. */
  private static final int MOST_HEADS = 12;

  private AttentionHypotheses() {}

  /** One projection of attention, with its heads. */
  private record Part(String path, long heads, long headDim) {
    List<String> names(Scene scene) {
      return Stream.of(path + ".weight", path + ".bias").filter(scene::has).toList();
    }
  }

  private static List<Part> parts(String path, Heads heads) {
    return List.of(
        new Part(path + ".q", heads.heads(), heads.headDim()),
        new Part(path + ".k", heads.keyValueHeads(), heads.headDim()),
        new Part(path + ".v", heads.keyValueHeads(), heads.headDim()));
  }

  /**
   * Fused queries, keys and values taken apart in another order, or by head in place of by part.
   */
  static Stream<Guess> packed(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    scene
        .mixers(Heads.class)
        .forEach((path, heads) -> {
          if (!scene.has(path + ".k.weight")) return;
          List<Part> parts = parts(path, heads);
          for (int[] order : new int[][] {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}})
            add(scene, guesses, "q, k and v in another order", parts, of -> reordered(of, order));
          add(scene, guesses, "q, k and v by head, read by part", parts, of -> byGroup(of, heads));
          add(scene, guesses, "q, k and v by part, read by head", parts, of -> byPart(of, heads));
        });
    return guesses.stream();
  }

  private interface Repacking {
    /** One grid of all rows, of the three. */
    Grid of(List<Grid> parts);
  }

  private static void add(
      Scene scene, List<Guess> guesses, String mistake, List<Part> parts, Repacking packing) {
    Map<String, Grid> weights = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    for (String kind : List.of(".weight", ".bias")) {
      if (!parts.stream().allMatch(part -> scene.has(part.path() + kind))) continue;
      List<Grid> grids = parts.stream().map(part -> scene.base(part.path() + kind)).toList();
      if (grids.stream().mapToLong(Grid::columns).distinct().count() > 1) continue;
      Grid packed = packing.of(grids);
      long first = 0;
      for (int index = 0; index < parts.size(); index++) {
        long rows = grids.get(index).rows();
        String name = parts.get(index).path() + kind;
        weights.put(name, packed.slice(first, rows));
        sources.put(name, "rows of q, k and v, fused and taken apart in another way");
        first += rows;
      }
    }
    if (!weights.isEmpty()) guesses.add(Guess.of(mistake, weights, sources));
  }

  private static Grid reordered(List<Grid> parts, int[] order) {
    List<Grid> turned = new ArrayList<>();
    for (int index : order) turned.add(parts.get(index));
    return Grid.stacked(turned);
  }

  /** Rows as they lie where each group of heads has its queries, its key and its value together. */
  private static Grid byGroup(List<Grid> parts, Heads heads) {
    long d = heads.headDim(), groups = heads.keyValueHeads(), each = heads.heads() / groups;
    List<Grid> packed = new ArrayList<>();
    for (long group = 0; group < groups; group++) {
      packed.add(parts.get(0).slice(group * each * d, each * d));
      packed.add(parts.get(1).slice(group * d, d));
      packed.add(parts.get(2).slice(group * d, d));
    }
    return Grid.stacked(packed);
  }

  /** The other way: rows by part, taken for rows by group. */
  private static Grid byPart(List<Grid> parts, Heads heads) {
    Grid whole = Grid.stacked(parts);
    long d = heads.headDim(), groups = heads.keyValueHeads(), each = heads.heads() / groups;
    long width = (each + 2) * d;
    List<Grid> q = new ArrayList<>(), k = new ArrayList<>(), v = new ArrayList<>();
    for (long group = 0; group < groups; group++) {
      q.add(whole.slice(group * width, each * d));
      k.add(whole.slice(group * width + each * d, d));
      v.add(whole.slice(group * width + (each + 1) * d, d));
    }
    return Grid.stacked(Stream.of(q, k, v).flatMap(List::stream).toList());
  }

  /** Rotary pairs as neighbours where they are halves, and the other way round. */
  static Stream<Guess> pairing(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    scene
        .mixers(Heads.class)
        .forEach((path, heads) -> {
          if (!(heads.position() instanceof Rope rope)) return;
          List<Part> turned = parts(path, heads).subList(0, 2);
          for (List<Part> parts :
              List.of(turned, List.of(turned.getFirst()), List.of(turned.getLast())))
            for (boolean toPairs : new boolean[] {true, false})
              guesses.add(
                  turned(
                      scene,
                      parts,
                      row -> turned(row, heads.headDim(), 0, rope.dim(), toPairs),
                      toPairs));
        });
    scene
        .mixers(Latent.class)
        .forEach((path, latent) -> {
          String q = scene.has(path + ".q_up.weight") ? path + ".q_up" : path + ".q";
          long width = latent.keyValueRank() + latent.ropeDim();
          for (boolean toPairs : new boolean[] {true, false}) {
            Grid.Order queries =
                row ->
                    turned(row, latent.queryHeadDim(), latent.nopeDim(), latent.ropeDim(), toPairs);
            Grid.Order keys =
                row -> turned(row, width, latent.keyValueRank(), latent.ropeDim(), toPairs);
            Guess one = turned(scene, List.of(new Part(q, 1, 1)), queries, toPairs);
            Guess two = turned(scene, List.of(new Part(path + ".kv_down", 1, 1)), keys, toPairs);
            Map<String, Grid> weights = new LinkedHashMap<>(one.weights());
            weights.putAll(two.weights());
            Map<String, String> sources = new LinkedHashMap<>(one.sources());
            sources.putAll(two.sources());
            guesses.addAll(List.of(Guess.of(one.mistake(), weights, sources), one, two));
          }
        });
    return guesses.stream();
  }

  private static Guess turned(Scene scene, List<Part> parts, Grid.Order order, boolean toPairs) {
    Map<String, Grid> weights = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    for (Part part : parts)
      for (String name : part.names(scene)) {
        weights.put(name, scene.base(name).rows(order));
        sources.put(name, name + ", rotary rows in another order");
      }
    return Guess.of(
        toPairs
            ? "rotary rows interleaved in place of halved"
            : "rotary rows halved in place of interleaved",
        weights,
        sources);
  }

  /** Where a row of rotated components comes from: halves dealt out in turn, or gathered. */
  private static long turned(long row, long headDim, long first, long dim, boolean toPairs) {
    long head = row / headDim * headDim, within = row % headDim - first;
    if (within < 0 || within >= dim) return row;
    long half = dim / 2;
    long from = toPairs ? within / 2 + within % 2 * half : within % half * 2 + within / half;
    return head + first + from;
  }

  /** Two heads in each other's place. */
  static Stream<Guess> swappedHeads(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    scene
        .mixers(Heads.class)
        .forEach((path, heads) -> {
          for (Part part : parts(path, heads))
            for (String name : part.names(scene)) heads(scene, guesses, name, part, false);
          String o = path + ".o.weight";
          if (scene.has(o))
            heads(scene, guesses, o, new Part(path + ".o", heads.heads(), heads.headDim()), true);
        });
    scene
        .mixers(Latent.class)
        .forEach((path, latent) -> {
          String q = scene.has(path + ".q_up.weight") ? path + ".q_up" : path + ".q";
          long kv = latent.nopeDim() + latent.valueDim();
          for (Part part :
              List.of(
                  new Part(q, latent.heads(), latent.queryHeadDim()),
                  new Part(path + ".kv_up", latent.heads(), kv)))
            heads(scene, guesses, part.path() + ".weight", part, false);
        });
    return guesses.stream();
  }

  private static void heads(
      Scene scene, List<Guess> guesses, String name, Part part, boolean columns) {
    Grid base = scene.base(name);
    long most = scene.isReference() ? part.heads() : Math.min(part.heads(), MOST_HEADS);
    for (long one = 0; one < most; one++)
      for (long two = one + 1; two < most; two++) {
        long a = one, b = two, d = part.headDim();
        Grid.Order order =
            row -> row / d == a ? row + (b - a) * d : row / d == b ? row - (b - a) * d : row;
        guesses.add(
            Guess.of(
                "heads %d and %d of %s swapped".formatted(a, b, Words.of(name)),
                name,
                columns ? base.columns(order) : base.rows(order),
                name + ", two heads in each other's place"));
      }
  }

  /**
   * Heads of keys and values dealt out in turn to the query heads, where each serves neighbours:
   * tiled in place of repeated.
   */
  static Stream<Guess> tiled(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    scene
        .mixers(Heads.class)
        .forEach((path, heads) -> {
          long d = heads.headDim(), groups = heads.keyValueHeads(), each = heads.heads() / groups;
          if (groups == 1 || each == 1) return;
          String mistake = "key and value heads tiled in place of repeated";
          repeated(scene, path).ifPresent(guesses::add);
          for (boolean there : new boolean[] {true, false}) {
            Grid.Order order =
                row -> {
                  long head = row / d;
                  long from =
                      there
                          ? head % each * groups + head / each
                          : head % groups * each + head / groups;
                  return from * d + row % d;
                };
            Map<String, Grid> weights = new LinkedHashMap<>();
            Map<String, String> sources = new LinkedHashMap<>();
            for (String name : parts(path, heads).getFirst().names(scene))
              weights.put(name, scene.base(name).rows(order));
            String o = path + ".o.weight";
            weights.put(o, scene.base(o).columns(order));
            weights.keySet().forEach(name -> sources.put(name, name + ", query heads dealt out"));
            guesses.add(Guess.of(mistake, weights, sources));
          }
        });
    return guesses.stream();
  }

  /** More heads of keys and values on the other side than here: copies, in the wrong order. */
  private static Optional<Guess> repeated(Scene scene, String path) {
    Map<String, Grid> weights = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    for (String name : scene.reshaped()) {
      if (!name.startsWith(path + ".k.") && !name.startsWith(path + ".v.")) continue;
      Grid base = scene.base(name);
      Grid found = scene.found(name).orElse(null);
      if (found == null || found.rows() % base.rows() != 0) continue;
      weights.put(
          name,
          Grid.of(
              found.rows(), base.columns(), (row, column) -> base.at(row % base.rows(), column)));
      sources.put(name, name + ", tiled " + found.rows() / base.rows() + " times");
    }
    return weights.isEmpty()
        ? Optional.empty()
        : Optional.of(Guess.of("key and value heads tiled in place of repeated", weights, sources));
  }
}
