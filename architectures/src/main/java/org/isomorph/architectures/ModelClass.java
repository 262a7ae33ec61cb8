package org.isomorph.architectures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;

/**
 * A class of the reference implementation, as {@code architectures} names it, with the labels of
 * the heads that it has.
 *
 * <p>A model that no single class computes is written with several: {@code architectures} is a
 * list, and code that wants one takes the first.
 */
record ModelClass(String name, Set<String> heads) {
  private static final String KEY = "architectures";
  private static final String POOLER = "pooler";

  /**
   * Written where an encoder lacks the pooler that its class has by default: an argument of these
   * classes that no key of theirs stands for.
   */
  private static final String POOLS = "add_pooling_layer";

  static ModelClass of(String name, String... heads) {
    return new ModelClass(name, Set.of(heads));
  }

  /**
   * The labels of the heads that a configuration's classes have.
   *
   * @param known the classes that can be described; the first counts where there is no such key
   */
  static Set<String> heads(Config config, List<ModelClass> known) {
    List<String> names = config.texts(KEY);
    Set<String> heads = new HashSet<>();
    if (names.isEmpty()) heads.addAll(known.getFirst().heads());
    else {
      List<ModelClass> found = known.stream().filter(each -> names.contains(each.name())).toList();
      if (found.isEmpty())
        throw config.invalid(
            KEY, "one of " + String.join(", ", known.stream().map(ModelClass::name).toList()));
      found.forEach(each -> heads.addAll(each.heads()));
    }
    if (!config.flag(POOLS, true)) heads.remove(POOLER);
    return heads;
  }

  /** Writes the classes that together have a model's heads, as far as there are any. */
  static void write(Config.Builder config, Model model, List<ModelClass> known) {
    Set<String> wanted = model.heads().stream().map(Head::label).collect(Collectors.toSet());
    List<ModelClass> largestFirst =
        known.reversed().stream()
            .filter(each -> wanted.containsAll(each.heads()))
            .sorted(Comparator.comparingInt((ModelClass each) -> -each.heads().size()))
            .toList();
    List<String> names = new ArrayList<>();
    Set<String> had = new HashSet<>();
    for (ModelClass each : largestFirst)
      if (had.addAll(each.heads()) || (names.isEmpty() && each.heads().isEmpty()))
        names.add(each.name());
    if (names.isEmpty()) {
      ModelClass smallest =
          known.stream().min(Comparator.comparingInt(each -> each.heads().size())).orElseThrow();
      names.add(smallest.name());
      had.addAll(smallest.heads());
    }
    config.set(KEY, names);
    if (had.contains(POOLER) && !wanted.contains(POOLER)) config.set(POOLS, false);
  }
}
