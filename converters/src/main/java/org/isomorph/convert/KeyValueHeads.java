package org.isomorph.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;
import org.isomorph.spec.QkNorm;

/**
 * Query heads that share a key and value head are query heads with equal ones of their own: more
 * key and value heads are made by repeating each, fewer where they are repeats.
 */
final class KeyValueHeads implements Adjustment {
  @Override
  public String law() {
    return "Query heads that share a key and a value head are query heads with equal ones of their own: these are repeated, and merged where they are repeats.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    return steps(
        model,
        Rewrite.mixers(
            model,
            nearest,
            (ours, theirs) ->
                ours instanceof Heads a && theirs instanceof Heads b && leads(a, b)
                    ? keyValueHeads(a, b.keyValueHeads())
                    : ours));
  }

  private static boolean leads(Heads from, Heads to) {
    long had = from.keyValueHeads(), wanted = to.keyValueHeads();
    return isOwn(from)
        && isOwn(to)
        && from.heads() % wanted == 0
        && (had % wanted == 0 || wanted % had == 0);
  }

  /** A cache that several layers share is one of the tower, not of the layer. */
  private static boolean isOwn(Heads heads) {
    return !KeyValues.SHARED_CACHE.equals(heads.keyValues());
  }

  /** What a model could be if its heads were repeats, by every number of times. */
  @Override
  public List<Step> reductions(Model model) {
    TreeSet<Long> counts = new TreeSet<>();
    for (Place place : Place.of(model))
      if (place.mixer() instanceof Heads heads && isOwn(heads)) counts.add(heads.keyValueHeads());
    long common = counts.stream().reduce(0L, KeyValueHeads::commonDivisor);
    List<Step> steps = new ArrayList<>();
    for (long times = common; times > 1; times--)
      if (common % times == 0) steps.addAll(merged(model, times));
    return steps;
  }

  private static List<Step> merged(Model model, long times) {
    LongUnaryOperator fewer = count -> count / times;
    return steps(
        model,
        Rewrite.mixers(
            model,
            mixer ->
                mixer instanceof Heads heads && isOwn(heads)
                    ? keyValueHeads(heads, fewer.applyAsLong(heads.keyValueHeads()))
                    : mixer));
  }

  private static long commonDivisor(long a, long b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }

  private static Mixer keyValueHeads(Heads heads, long count) {
    return new Heads(
        heads.heads(),
        count,
        heads.headDim(),
        heads.bias(),
        heads.position(),
        heads.window(),
        heads.qkNorm(),
        heads.softcap(),
        heads.scale(),
        heads.sink(),
        heads.logn(),
        heads.keyValues());
  }

  private static List<Step> steps(Model before, Model after) {
    return after.equals(before)
        ? List.of()
        : List.of(new Step(Outcome.EXACT, after, () -> effect(before, after)));
  }

  private static Step.Effect effect(Model before, Model after) {
    Map<String, Change> changes = new LinkedHashMap<>();
    List<Claim> first = new ArrayList<>(), claims = new ArrayList<>();
    List<Place> old = Place.of(before), now = Place.of(after);
    for (int i = 0; i < old.size(); i++) {
      if (!(old.get(i).mixer() instanceof Heads was && now.get(i).mixer() instanceof Heads is)
          || was.keyValueHeads() == is.keyValueHeads()) continue;
      long had = was.keyValueHeads(), has = is.keyValueHeads();
      for (String part : parts(was)) {
        String name = old.get(i).path() + "." + part;
        if (has > had) {
          changes.put(name, new Change.Arranged(repeated(name, had, has / had)));
          continue;
        }
        changes.put(name, new Change.Arranged(firsts(name, has, had / has)));
        if (first.isEmpty()) first.addAll(growing(name, had, had / has));
        claims.add(new Claim.Repeated(name, had, had / has));
      }
    }
    first.addAll(claims);
    return new Step.Effect(
        claims.isEmpty()
            ? "repeat key and value heads"
            : "merge key and value heads, which are repeats",
        changes,
        first);
  }

  /**
   * The same claim for fewer repeats, asked first: if already neighbours differ, there is nothing
   * to look for, and other numbers of times need not be asked.
   */
  private static List<Claim> growing(String name, long parts, long times) {
    List<Claim> claims = new ArrayList<>();
    long rest = times, found = 1;
    for (long prime = 2; rest > 1; prime++)
      while (rest % prime == 0) {
        rest /= prime;
        found *= prime;
        if (rest > 1) claims.add(new Claim.Repeated(name, parts, found));
      }
    return claims;
  }

  private static Layout<String> repeated(String name, long heads, long times) {
    return Layout.leaf(name).split(0, heads, -1).repeat(0, times).merge(0, 1);
  }

  private static Layout<String> firsts(String name, long groups, long times) {
    return Layout.leaf(name).split(0, groups, times, -1).part(1, 0, 1).merge(0, 2);
  }

  /** The parameters that have rows for each key or value head. */
  private static List<String> parts(Heads heads) {
    List<String> parts = new ArrayList<>(List.of("k.weight", "v.weight"));
    if (heads.bias().contains(Projection.K)) parts.add("k.bias");
    if (heads.bias().contains(Projection.V)) parts.add("v.bias");
    heads
        .qkNorm()
        .filter(norm -> norm.across() == QkNorm.Across.PROJECTION)
        .map(norm -> Norms.parameters(norm.norm()))
        .ifPresent(norms -> norms.forEach(part -> parts.add("k_norm." + part)));
    return parts;
  }
}
