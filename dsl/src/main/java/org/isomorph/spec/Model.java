package org.isomorph.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * A transformer: towers, heads, and the special tokens that its computation or its users depend on.
 *
 * @param name what people call it; two models with other names are not equal, {@link #named} makes
 *     them comparable
 * @param towers in the order of computation
 * @param heads what is computed from the last tower's output
 * @param roles the ids of special tokens
 * @param context the longest sequence it was made for, in tokens; 0 where nobody says
 */
public record Model(
    String name, List<Tower> towers, List<Head> heads, Map<Role, List<Long>> roles, long context) {
  public Model {
    Require.that(!towers.isEmpty(), "a model needs a tower");
    Require.notNegative("context length", context);
    towers = List.copyOf(towers);
    Tower last = towers.getLast();
    heads = heads.stream().map(head -> head.resolved(last)).toList();
    EnumMap<Role, List<Long>> sorted = new EnumMap<>(Role.class);
    roles.forEach((role, ids) -> {
      if (!ids.isEmpty()) sorted.put(role, List.copyOf(ids));
    });
    roles = Collections.unmodifiableMap(sorted);
    checkTowers(towers);
    checkHeads(towers, heads);
  }

  private static void checkTowers(List<Tower> towers) {
    Set<String> earlier = new HashSet<>();
    Tokens shared = null;
    for (Tower tower : towers) {
      if (tower.input() instanceof Input.Continues from) {
        Require.that(
            earlier.contains(from.tower()),
            "tower "
                + tower.name()
                + " continues "
                + from.tower()
                + ", which is not a tower before it");
        Tower source = named(towers, from.tower()).orElseThrow();
        Require.that(
            source.dim() == tower.dim(),
            "tower "
                + tower.name()
                + " is "
                + tower.dim()
                + " wide but continues "
                + source.name()
                + ", which is "
                + source.dim());
      }
      if (tower.input() instanceof Tokens tokens && tokens.isShared()) {
        Require.that(
            shared == null
                || (shared.vocabulary() == tokens.vocabulary() && shared.width() == tokens.width()),
            "towers share one table of tokens but describe it differently: "
                + shared
                + " and "
                + tokens);
        shared = tokens;
      }
      for (Run run : tower.runs())
        run.block()
            .mixers()
            .forEach(mixer -> {
              if (mixer instanceof Heads h && h.keyValues() instanceof KeyValues.From from)
                Require.that(
                    earlier.contains(from.tower()),
                    "tower "
                        + tower.name()
                        + " attends to "
                        + from.tower()
                        + ", which is not a tower before it");
            });
      Require.that(earlier.add(tower.name()), "two towers are called " + tower.name());
    }
  }

  private static void checkHeads(List<Tower> towers, List<Head> heads) {
    Set<String> labels = new HashSet<>();
    for (Head head : heads) {
      Require.that(labels.add(head.label()), "two heads are called " + head.label());
      if (head instanceof Head.Lm || head instanceof Head.Mlm || head instanceof Head.NextTokens)
        Require.that(
            readsTokens(towers, towers.getLast()),
            head + " needs a tower that reads tokens, and the last does not");
      if (head instanceof Head.Project project)
        Require.that(
            named(towers, project.tower()).isPresent(),
            head + " projects a tower that the model does not have");
      boolean byId = head.pooling() == Pooling.EOS || head.pooling() == Pooling.GREATEST_ID;
      Tower pooled =
          head instanceof Head.Project project
              ? named(towers, project.tower()).orElseThrow()
              : towers.getLast();
      Require.that(
          !byId || readsTokens(towers, pooled),
          head + " looks for a token, and tower " + pooled.name() + " reads none");
    }
  }

  private static boolean readsTokens(List<Tower> towers, Tower tower) {
    return chain(towers, tower).getFirst().input() instanceof Tokens;
  }

  private static List<Tower> chain(List<Tower> towers, Tower last) {
    List<Tower> chain = new ArrayList<>(List.of(last));
    while (chain.getFirst().input() instanceof Input.Continues from)
      chain.addFirst(named(towers, from.tower()).orElseThrow());
    return chain;
  }

  private static Optional<Tower> named(List<Tower> towers, String name) {
    return towers.stream().filter(tower -> tower.name().equals(name)).findFirst();
  }

  /** The tower with this name. */
  public Optional<Tower> tower(String called) {
    return named(towers, called);
  }

  /** A tower and those that it continues, in the order of computation: the first reads an input. */
  public List<Tower> chain(Tower tower) {
    return List.copyOf(chain(towers, tower));
  }

  /** What a tower reads, through those that it continues: tokens or patches. */
  public Input root(Tower tower) {
    return chain(tower).getFirst().input();
  }

  /** The tower whose output the heads read. */
  public Tower last() {
    return towers.getLast();
  }

  /**
   * The token input of the last tower that has one: its table is what a language model head is tied
   * to.
   */
  public Optional<Tokens> tokens() {
    return towers.reversed().stream()
        .map(Tower::input)
        .filter(Tokens.class::isInstance)
        .map(Tokens.class::cast)
        .findFirst();
  }

  /** The language model head, if there is one. */
  public Optional<Head.Lm> lm() {
    return heads.stream().filter(Head.Lm.class::isInstance).map(Head.Lm.class::cast).findFirst();
  }

  /** The head that predicts further tokens than the next, if there is one. */
  public Optional<Head.NextTokens> nextTokens() {
    return heads.stream()
        .filter(Head.NextTokens.class::isInstance)
        .map(Head.NextTokens.class::cast)
        .findFirst();
  }

  /** How many tokens beyond the next one it predicts; 0 without a head that does. */
  public long furtherTokens() {
    return nextTokens().map(Head.NextTokens::depth).orElse(0L);
  }

  /** The ids of the tokens with this role; usually one, or none. */
  public List<Long> ids(Role role) {
    return roles.getOrDefault(role, List.of());
  }

  /**
   * Whether the ids with this role enter the computation, through a mask, a numbering or a pooling,
   * and do not only tell users how to write a sequence.
   */
  public boolean computesWith(Role role) {
    return towers.stream().anyMatch(tower -> tower.computesWith(role))
        || (role == Role.EOS && heads.stream().anyMatch(head -> head.pooling() == Pooling.EOS));
  }

  public Model named(String other) {
    return new Model(other, towers, heads, roles, context);
  }

  /** The same model with its last tower changed. */
  public Model tower(UnaryOperator<Tower> change) {
    List<Tower> changed = new ArrayList<>(towers);
    changed.set(changed.size() - 1, change.apply(changed.getLast()));
    return new Model(name, changed, heads, roles, context);
  }

  /** The same model with every tower changed. */
  public Model towers(UnaryOperator<Tower> change) {
    return new Model(name, towers.stream().map(change).toList(), heads, roles, context);
  }

  /** The same model with one more tower. */
  public Model and(Tower tower) {
    List<Tower> more = new ArrayList<>(towers);
    more.add(tower);
    return new Model(name, more, heads, roles, context);
  }

  /** The same model with the last tower's token input changed. */
  public Model embed(UnaryOperator<Tokens> change) {
    return tower(last -> last.embed(change));
  }

  /** The same model with {@code count} more equal layers on its last tower. */
  public Model layers(long count, Block block) {
    return tower(last -> last.layers(count, block));
  }

  /** The same model with {@code count} more layers on its last tower, each from its index. */
  public Model layers(long count, LongFunction<Block> block) {
    return tower(last -> last.layers(count, block));
  }

  /**
   * The same model with another norm after the last tower's last layer. Say it after the layers,
   * which set the usual one.
   */
  public Model finalNorm(Norm norm) {
    return tower(last -> last.finalNorm(norm));
  }

  public Model head(Head one) {
    List<Head> more = new ArrayList<>(heads);
    more.add(one);
    return heads(more);
  }

  public Model heads(List<Head> all) {
    return new Model(name, towers, all, roles, context);
  }

  /** The same model with the ids of the tokens of one role. */
  public Model role(Role role, long... ids) {
    EnumMap<Role, List<Long>> more = new EnumMap<>(Role.class);
    more.putAll(roles);
    more.put(role, LongStream.of(ids).boxed().toList());
    return new Model(name, towers, heads, more, context);
  }

  public Model context(long tokens) {
    return new Model(name, towers, heads, roles, tokens);
  }

  /** The number of parameters, multi-token heads apart: see {@link Estimates#parameters}. */
  public long parameters() {
    return Estimates.of(this).parameters();
  }

  /** The model as the calls of {@link Dsl} that make it, a line a part. */
  @Override
  public String toString() {
    return Print.model(this);
  }
}
