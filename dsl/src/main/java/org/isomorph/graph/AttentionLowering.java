package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Latent;
import org.isomorph.spec.QkNorm;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Sink;

/**
 * Attention and retention of one layer. Each method takes the mixer's path ({@code
 * decoder.3.attn}), what it reads (B, T, D), and the name of what it gives (B, T, D).
 */
final class AttentionLowering {
  private final Assembly assembly;
  private final Streams streams;
  private final Sequence sequence;
  private final String path;

  AttentionLowering(Assembly assembly, Streams streams, Sequence sequence, String path) {
    this.assembly = assembly;
    this.streams = streams;
    this.sequence = sequence;
    this.path = path;
  }

  /** {@code table} is the name of the buckets that this layer reads, if it reads any. */
  String heads(Heads heads, Optional<String> table, String x, String result) {
    String q = queries(heads, x);
    Pair keyValues = keyValues(heads, x);
    List<String> operands =
        new ArrayList<>(List.of(q, keyValues.keys(), keyValues.values(), visible(heads)));
    // Distances are known among tokens of one sequence, of which a shared cache has the keys.
    boolean same = !(heads.keyValues() instanceof KeyValues.From);
    String bias = same ? sequence.bias(heads, table.orElse("")) : null;
    if (bias != null) operands.add(bias);
    List<String> sink =
        Sink.LEARNED.equals(heads.sink()) ? List.of(path + ".sink.weight") : List.of();
    Op attend = new Op.Attend(heads.scale(), heads.softcap(), heads.sink(), bias != null);
    String mixed = assembly.add(path + ".mix.heads", attend, operands, sink);
    return out(assembly.add(path + ".mix", new Op.MergeHeads(), mixed), result);
  }

  private record Pair(String keys, String values) {}

  private String queries(Heads heads, String x) {
    String q = projected(heads, "q", x, heads.heads());
    if (heads.position() instanceof Rope rope) q = rotated(path + ".q.rope", rope, q, sequence);
    return heads.logn().isPresent()
        ? sequence.logScaled(path + ".q.logn", q, heads.logn().getAsLong())
        : q;
  }

  private Pair keyValues(Heads heads, String x) {
    return switch (heads.keyValues()) {
      case KeyValues.From from -> {
        Streams.Stream source = streams.of(from.tower());
        String k = projected(heads, "k", source.value(), heads.keyValueHeads());
        if (heads.position() instanceof Rope rope)
          k = rotated(path + ".k.rope", rope, k, source.sequence());
        yield new Pair(k, split("v", source.value(), heads.keyValueHeads()));
      }
      case KeyValues.Plain plain ->
          switch (plain) {
            case SHARED_CACHE -> new Pair(streams.cacheKeys(), streams.cacheValues());
            case SELF -> {
              String k = projected(heads, "k", x, heads.keyValueHeads());
              if (heads.position() instanceof Rope rope)
                k = rotated(path + ".k.rope", rope, k, sequence);
              String v = split("v", x, heads.keyValueHeads());
              yield new Pair(remembered(path + ".k.all", 2, k), remembered(path + ".v.all", 2, v));
            }
          };
    };
  }

  private String visible(Heads heads) {
    return heads.keyValues() instanceof KeyValues.From from
        ? streams.of(from.tower()).sequence().seenByAll()
        : sequence.visible(heads.window());
  }

  /** A projection with its norm, if it has one: (B, H, T, d). */
  private String projected(Heads heads, String part, String x, long count) {
    Optional<QkNorm> norm = heads.qkNorm();
    if (norm.isEmpty()) return split(part, x, count);
    String flat = assembly.linear(path + "." + part + ".linear", path + "." + part, x);
    String weight = path + "." + part + "_norm";
    String result = path + "." + part;
    return switch (norm.get().across()) {
      case HEAD ->
          assembly.norm(
              result,
              weight,
              norm.get().norm(),
              assembly.add(path + "." + part + ".heads", new Op.SplitHeads(count), flat));
      case PROJECTION ->
          assembly.add(
              result,
              new Op.SplitHeads(count),
              assembly.norm(path + "." + part + ".normed", weight, norm.get().norm(), flat));
    };
  }

  private String split(String part, String x, long heads) {
    String flat = assembly.linear(path + "." + part + ".linear", path + "." + part, x);
    return assembly.add(path + "." + part, new Op.SplitHeads(heads), flat);
  }

  private String rotated(String result, Rope rope, String x, Sequence where) {
    List<String> table = where.rotary(rope);
    return assembly.add(
        result,
        new Op.Rotate(rope.pairing(), rope.axes(), rope.dim()),
        x,
        table.getFirst(),
        table.getLast());
  }

  private String remembered(String result, int axis, String x) {
    return sequence.remembers() ? assembly.add(result, new Op.Remember(axis), x) : x;
  }

  private String out(String mix, String result) {
    return assembly.linear(result, path + ".o", mix);
  }

  /** Latent attention: what is remembered is the latent and one rotated key. */
  String latent(Latent latent, String x, String result) {
    String q = latentQueries(latent, x);
    String down = assembly.linear(path + ".kv_down", path + ".kv_down", x);
    String compressed = slice(path + ".latent.linear", down, 0, latent.keyValueRank());
    String normed =
        assembly.norm(path + ".latent", path + ".kv_down_norm", latent.norm(), compressed);
    String shared = slice(path + ".k.shared.linear", down, latent.keyValueRank(), latent.ropeDim());
    String rotated =
        rotated(
            path + ".k.shared",
            latent.rope(),
            assembly.add(path + ".k.shared.head", new Op.SplitHeads(1), shared),
            sequence);
    String up =
        assembly.add(
            path + ".kv_up.heads",
            new Op.SplitHeads(latent.heads()),
            assembly.linear(
                path + ".kv_up", path + ".kv_up", remembered(path + ".latent.all", 1, normed)));
    String all = remembered(path + ".k.shared.all", 2, rotated);
    String keys =
        assembly.add(
            path + ".k.all",
            new Op.Concat(),
            slice(path + ".k.nope", up, 0, latent.nopeDim()),
            assembly.add(path + ".k.rope", new Op.RepeatHead(latent.heads()), all));
    String values = slice(path + ".v.all", up, latent.nopeDim(), latent.valueDim());
    String mixed =
        assembly.add(
            path + ".mix.heads",
            new Op.Attend(latent.scale(), java.util.OptionalDouble.empty(), Sink.NONE, false),
            q,
            keys,
            values,
            sequence.visible(java.util.OptionalLong.empty()));
    return out(assembly.add(path + ".mix", new Op.MergeHeads(), mixed), result);
  }

  private String latentQueries(Latent latent, String x) {
    String flat;
    if (latent.queryRank().isPresent()) {
      String down = assembly.linear(path + ".q_down", path + ".q_down", x);
      String normed =
          assembly.norm(path + ".q_down.normed", path + ".q_down_norm", latent.norm(), down);
      flat = assembly.linear(path + ".q.linear", path + ".q_up", normed);
    } else flat = assembly.linear(path + ".q.linear", path + ".q", x);
    String q = assembly.add(path + ".q", new Op.SplitHeads(latent.heads()), flat);
    String plain = slice(path + ".q.nope", q, 0, latent.nopeDim());
    String turned =
        rotated(
            path + ".q.turned",
            latent.rope(),
            slice(path + ".q.unturned", q, latent.nopeDim(), latent.ropeDim()),
            sequence);
    return assembly.add(path + ".q.rope", new Op.Concat(), plain, turned);
  }

  private String slice(String result, String x, long from, long length) {
    return assembly.add(result, new Op.Slice(from, length), x);
  }

  /** Gated retention: heads mixed without softmax, normalised, gated and projected. */
  String retention(Retention retention, String x, String result) {
    String q = split("q", x, retention.heads());
    String k = split("k", x, retention.heads());
    String v = split("v", x, retention.heads());
    if (retention.position() instanceof Rope rope) {
      q = rotated(path + ".q.rope", rope, q, sequence);
      k = rotated(path + ".k.rope", rope, k, sequence);
    }
    String decay = assembly.linear(path + ".decay", path + ".decay", x, true);
    String heads =
        assembly.add(
            path + ".mix.heads", new Op.Retain(retention), q, k, v, decay, sequence.padding());
    String normed = assembly.norm(path + ".mix.normed", path + ".o_norm", retention.norm(), heads);
    String merged = assembly.add(path + ".mix.merged", new Op.MergeHeads(), normed);
    String gate =
        assembly.add(
            path + ".gate.act",
            new Op.Activate(retention.gate()),
            assembly.linear(path + ".gate", path + ".gate", x));
    return out(assembly.add(path + ".mix", new Op.Multiply(), gate, merged), result);
  }
}
