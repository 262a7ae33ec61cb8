package org.isomorph.proof;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isomorph.graph.Graph;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** Whether two models have what it takes to be compared value by value: one outline. */
final class Comparability {
  private final List<String> reasons = new ArrayList<>();

  private Comparability() {}

  /** Why two models cannot be compared; empty if they can. */
  static List<String> reasons(Model one, Graph first, Model other, Graph second) {
    Comparability comparability = new Comparability();
    comparability.outline(one, other);
    if (comparability.reasons.isEmpty()) {
      comparability.same("inputs", needed(first), needed(second));
      comparability.same("outputs", first.outputs().keySet(), second.outputs().keySet());
    }
    return List.copyOf(comparability.reasons);
  }

  private void outline(Model one, Model other) {
    List<String> names = one.towers().stream().map(Tower::name).toList();
    if (!same("towers", names, other.towers().stream().map(Tower::name).toList())) return;
    for (int index = 0; index < names.size(); index++) {
      Tower a = one.towers().get(index), b = other.towers().get(index);
      same("layers of " + a.name(), a.depth(), b.depth());
      same("width of " + a.name(), a.dim(), b.dim());
      same("what " + a.name() + " reads", kind(a.input()), kind(b.input()));
    }
  }

  private static String kind(Input input) {
    return switch (input) {
      case Tokens tokens -> "a vocabulary of " + tokens.vocabulary();
      case Patches patches ->
          "images of %d channels and %d pixels a side in patches of %d"
              .formatted(patches.channels(), patches.image(), patches.patch());
      case Input.Continues continues -> "what leaves " + continues.tower();
    };
  }

  /** What a model cannot do without. */
  private static Set<String> needed(Graph graph) {
    Set<String> needed = new LinkedHashSet<>(graph.inputs().keySet());
    needed.removeIf(name -> name.endsWith("attention_mask") || name.endsWith("token_type_ids"));
    return needed;
  }

  private boolean same(String what, Object one, Object other) {
    if (one.equals(other)) return true;
    reasons.add("%s: %s in the first, %s in the second".formatted(what, one, other));
    return false;
  }
}
