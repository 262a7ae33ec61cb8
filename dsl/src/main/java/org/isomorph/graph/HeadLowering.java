package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** What is computed from the towers' outputs; each head's result is an output of the graph. */
final class HeadLowering {
  private final Model model;
  private final Assembly assembly;
  private final Streams streams;
  private final String last;
  private final List<String> embeddings = new ArrayList<>();

  HeadLowering(Model model, Assembly assembly, Streams streams) {
    this.model = model;
    this.assembly = assembly;
    this.streams = streams;
    this.last = streams.of(model.last().name()).value();
  }

  void lower() {
    String pooled = null;
    boolean read = true;
    for (Head head : model.heads())
      switch (head) {
        case Head.Lm lm -> languageModel(lm);
        case Head.Mlm mlm -> masked(mlm);
        case Head.Pooler pooler -> {
          String first = pool("pooler.first", model.last(), Pooling.FIRST);
          pooled =
              assembly.add(
                  "pooler.out",
                  new Op.Activate(pooler.activation()),
                  assembly.linear("pooler.linear", "pooler", first));
          read = false;
        }
        case Head.NextSentence _ -> {
          String from = pooled == null ? pool("nsp.first", model.last(), Pooling.FIRST) : pooled;
          read = true;
          assembly.output("seq_relationship_logits", assembly.linear("nsp.logits", "nsp", from));
        }
        case Head.Classes classes -> {
          String from = pool("classes.pooled", model.last(), classes.pooling());
          assembly.output("logits", assembly.linear("classes.logits", "classes", from));
        }
        case Head.Reward _ -> {
          String from = pool("reward.pooled", model.last(), Pooling.LAST);
          assembly.output("logits", assembly.linear("reward.value", "reward", from));
        }
        case Head.Project project -> project(project);
        case Head.Similarity _ ->
            assembly.output(
                "logits_per_image",
                assembly.add(
                    "similarity",
                    new Op.Similarity(),
                    List.of(embeddings.getLast(), embeddings.getFirst()),
                    List.of("logit_scale")));
        case Head.NextTokens further ->
            new NextTokenLowering(model, assembly, streams).lower(further);
      }
    if (pooled != null && !read) assembly.output("pooler_output", pooled);
    if (!assembly.hasOutputs()) assembly.output("last_hidden_state", last);
  }

  private void languageModel(Head.Lm lm) {
    assembly.output("logits", logits(model, assembly, lm, "", last));
  }

  /** Logits (B, T, V) of a stream (B, T, D); names begin with {@code prefix}. */
  static String logits(Model model, Assembly assembly, Head.Lm lm, String prefix, String stream) {
    Tokens tokens = model.tokens().orElseThrow();
    String x = stream;
    if (tokens.width() != model.last().dim())
      x = assembly.linear(prefix + "head.projected", projection(model), x);
    // One factor on the narrow side is cheaper than one on every logit; a bias is not scaled by it.
    boolean early = !lm.bias();
    if (early) x = assembly.scale(prefix + "head.scaled", lm.scale(), x);
    boolean late = !early && lm.scale() != 1;
    List<String> weights = new ArrayList<>();
    weights.add(lm.isTied() ? Parameters.headTable(model).orElseThrow() : "head.weight");
    if (lm.bias()) weights.add("head.bias");
    boolean capped = lm.cap().isPresent();
    String name = prefix + (capped || late ? "logits.linear" : "logits");
    x = assembly.add(name, new Op.Linear(lm.isNormalised(), false), List.of(x), weights);
    if (late) x = assembly.scale(prefix + (capped ? "logits.scaled" : "logits"), lm.scale(), x);
    return capped ? assembly.add(prefix + "logits", new Op.Cap(lm.cap().getAsDouble()), x) : x;
  }

  /** The map that narrows the stream to its table's width stands beside the one that widens it. */
  private static String projection(Model model) {
    return Parameters.inputPrefix(model, reading(model)) + "embed.project_out";
  }

  /** The tower whose table the language model head is tied to. */
  static Tower reading(Model model) {
    return model.towers().reversed().stream()
        .filter(tower -> tower.input() instanceof Tokens)
        .findFirst()
        .orElseThrow();
  }

  private void masked(Head.Mlm mlm) {
    String dense =
        assembly.add(
            "mlm.act",
            new Op.Activate(mlm.activation()),
            assembly.linear("mlm.dense", "mlm.dense", last));
    String normed = assembly.norm("mlm.normed", "mlm.norm", mlm.norm(), dense);
    if (model.tokens().orElseThrow().width() != model.last().dim())
      normed = assembly.linear("mlm.projected", projection(model), normed);
    String logits =
        assembly.add(
            "mlm.logits",
            new Op.Linear(false, false),
            List.of(normed),
            List.of(Parameters.headTable(model).orElseThrow(), "mlm.bias"));
    boolean pair = model.heads().stream().anyMatch(Head.NextSentence.class::isInstance);
    assembly.output(pair ? "prediction_logits" : "logits", logits);
  }

  /** A tower's vector in the shared space, of length one. */
  private void project(Head.Project project) {
    String path = "project." + project.tower();
    Tower tower = model.tower(project.tower()).orElseThrow();
    String pooled = pool(path + ".pooled", tower, project.pooling());
    String unit =
        assembly.add(
            path + ".unit", new Op.Unit(), assembly.linear(path + ".linear", path, pooled));
    embeddings.add(unit);
    assembly.output(tower.input() instanceof Tokens ? "text_embeds" : "image_embeds", unit);
  }

  private String pool(String result, Tower tower, Pooling pooling) {
    Streams.Stream stream = streams.of(tower.name());
    List<String> operands = new ArrayList<>(List.of(stream.value()));
    switch (pooling) {
      case FIRST -> {}
      case LAST, MEAN -> operands.add(stream.sequence().padding());
      case EOS, GREATEST_ID -> operands.add(stream.sequence().ids());
    }
    return assembly.add(result, new Op.Pool(pooling, model.ids(Role.EOS)), operands, List.of());
  }
}
