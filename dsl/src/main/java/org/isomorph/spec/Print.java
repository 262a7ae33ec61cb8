package org.isomorph.spec;

import java.util.stream.Collectors;

/** How a model and its numbers appear in {@code toString}: as a person would type them. */
final class Print {
  private Print() {}

  /** Whole numbers without a decimal point, small ones as {@code 1e-5}, others as they are. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value).replace(".0E", "e").replace('E', 'e');
  }

  static String model(Model model) {
    StringBuilder text = new StringBuilder("model(\"" + model.name() + "\"");
    for (Tower tower : model.towers()) tower(text, tower);
    text.append(')');
    for (Head head : model.heads()) text.append("\n  .head(").append(head).append(')');
    model
        .roles()
        .forEach((role, ids) ->
            text.append("\n  .role(")
                .append(role)
                .append(ids.stream().map(id -> ", " + id).collect(Collectors.joining()))
                .append(')'));
    if (model.context() != 0) text.append("\n  .context(").append(model.context()).append(')');
    return text.toString();
  }

  private static void tower(StringBuilder text, Tower tower) {
    text.append(",\n  tower(\"")
        .append(tower.name())
        .append("\", ")
        .append(tower.mask())
        .append(", ")
        .append(tower.dim());
    text.append(", ").append(tower.input()).append(')');
    tower.cache().ifPresent(cache -> text.append("\n    .cache(").append(cache).append(')'));
    for (Run run : tower.runs())
      text.append("\n    .layers(")
          .append(run.count())
          .append(", ")
          .append(run.block())
          .append(')');
    text.append("\n    .finalNorm(").append(tower.norm()).append(')');
  }
}
