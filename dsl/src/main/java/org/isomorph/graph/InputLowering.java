package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** What enters a tower: looked-up tokens, or patches of an image. */
final class InputLowering {
  private final Model model;
  private final Assembly assembly;
  private final Tower tower;
  private final String prefix;
  private final List<Step> steps = new ArrayList<>();

  InputLowering(Model model, Assembly assembly, Tower tower) {
    this.model = model;
    this.assembly = assembly;
    this.tower = tower;
    this.prefix = Parameters.inputPrefix(model, tower);
  }

  /** One step on the way to {@code embed.out}: from the name it gets and what it reads. */
  private record Step(String name, BinaryOperator<String> adding) {}

  private void step(String name, BinaryOperator<String> adding) {
    steps.add(new Step(name, adding));
  }

  /** Takes all steps; the last one's result is what enters the tower. */
  private String embedded(String from) {
    String x = from;
    for (Step step : steps)
      x =
          step.adding()
              .apply(prefix + "embed." + (step.equals(steps.getLast()) ? "out" : step.name()), x);
    return x;
  }

  /** {@code norm(project(scale * table[id]) + position + segment)}. */
  Lowering.Stream tokens(Tokens tokens) {
    String which = decodes() ? "decoder_" : "";
    Type type = Type.of(Type.Kind.INDEX, Dim.BATCH, isSource() ? Dim.SOURCE : Dim.SEQ);
    String ids = assembly.input(which + "input_ids", type);
    String padding = assembly.input(which + "attention_mask", type);
    Sequence sequence =
        new Sequence(
            assembly,
            model,
            tower.mask(),
            prefix,
            padding,
            ids,
            ids,
            tokens.numbering(),
            generates());
    String path = prefix + "embed.";
    String table = Parameters.tableName(model, tower);
    step("token", (name, x) -> assembly.add(name, new Op.Lookup(), List.of(x), List.of(table)));
    if (tokens.scale() != 1) step("scaled", (name, x) -> assembly.scale(name, tokens.scale(), x));
    if (tokens.width() != tower.dim())
      step("projected", (name, x) -> assembly.linear(name, path + "project_in", x));
    switch (tokens.position()) {
      case AbsolutePosition.Learned learned ->
          plus(
              "position",
              assembly.add(
                  path + "position",
                  new Op.Lookup(),
                  List.of(rows(sequence.positions(), learned.offset())),
                  List.of(path + "position.weight")));
      case AbsolutePosition.Sinusoidal _ ->
          plus(
              "position",
              assembly.add(
                  path + "position", new Op.Sinusoid(tower.dim()), rows(sequence.positions(), 0)));
      case AbsolutePosition.None _ -> {}
    }
    if (tokens.segments() > 0)
      plus(
          "segment",
          assembly.add(
              path + "segment",
              new Op.Lookup(),
              List.of(assembly.input(which + "token_type_ids", type)),
              List.of(path + "segment.weight")));
    norm(tokens.norm());
    return new Lowering.Stream(embedded(ids), sequence);
  }

  /** The rows of a table of positions: none is negative. */
  private String rows(String positions, long offset) {
    return assembly.add(prefix + "embed.rows", new Op.Offset(offset), positions);
  }

  private void plus(String what, String value) {
    step("with_" + what, (name, x) -> assembly.add(name, new Op.Add(), x, value));
  }

  private void norm(Norm norm) {
    if (!Norm.NONE.equals(norm))
      step("normed", (name, x) -> assembly.norm(name, prefix + "embed.norm", norm, x));
  }

  /** {@code norm([class] + project(patches) + position)}. */
  Lowering.Stream patches(Patches patches) {
    boolean texts = model.towers().stream().anyMatch(each -> each.input() instanceof Tokens);
    Dim batch = texts ? Dim.IMAGES : Dim.BATCH;
    String pixels =
        assembly.input(
            "pixel_values",
            Type.of(
                Type.Kind.FLOAT,
                batch,
                Dim.of(patches.channels()),
                Dim.of(patches.image()),
                Dim.of(patches.image())));
    String path = prefix + "embed.";
    step(
        "patch",
        (name, x) ->
            assembly.add(
                name, new Op.Patch(patches.patch()), List.of(x), assembly.weights(path + "patch")));
    if (patches.classToken()) weight("class", new Op.Prepend());
    if (patches.positioned()) weight("position", new Op.AddWeight());
    norm(patches.norm());
    String x = embedded(pixels);
    String padding = assembly.add(prefix + "all", new Op.Everywhere(), x);
    return new Lowering.Stream(
        x,
        new Sequence(
            assembly,
            model,
            tower.mask(),
            prefix,
            padding,
            x,
            null,
            Tokens.Numbering.SEQUENTIAL,
            false));
  }

  private void weight(String what, Op op) {
    step(
        "with_" + what,
        (name, x) ->
            assembly.add(name, op, List.of(x), List.of(prefix + "embed." + what + ".weight")));
  }

  // ---- the tower's place in the model

  /** Whether this tower attends to another. */
  private boolean decodes() {
    return tower.runs().stream()
        .flatMap(run -> run.block().mixers())
        .anyMatch(InputLowering::reads);
  }

  /** Whether another tower attends to this one. */
  private boolean isSource() {
    return model.towers().stream()
        .flatMap(each -> each.runs().stream())
        .flatMap(run -> run.block().mixers())
        .anyMatch(mixer ->
            mixer instanceof Heads heads
                && heads.keyValues() instanceof KeyValues.From from
                && from.tower().equals(tower.name()));
  }

  private static boolean reads(Mixer mixer) {
    return mixer instanceof Heads heads && heads.keyValues() instanceof KeyValues.From;
  }

  /** Whether tokens are added to its sequence one by one: it is what a language model reads. */
  private boolean generates() {
    return model.lm().isPresent()
        && !Mask.BIDIRECTIONAL.equals(tower.mask())
        && model.chain(model.last()).contains(tower);
  }
}
