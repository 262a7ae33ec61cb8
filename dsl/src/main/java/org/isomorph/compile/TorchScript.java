package org.isomorph.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Type;
import org.isomorph.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Writes a graph as TorchScript. Layers become functions, equal ones the same function with other
 * weights; no device is named, so that the program runs wherever its inputs and weights are.
 */
public final class TorchScript {
  private final Graph graph;
  private final Precision precision;
  private final Functions functions = new Functions();
  private final Statements statements;
  private final Map<String, String> blocks = new LinkedHashMap<>();
  private final List<String> weights = new ArrayList<>();
  private final List<String> memory;
  private final Map<String, String> variables = new HashMap<>();

  /** The regions that read each value. */
  private final Map<String, Set<String>> readers = new HashMap<>();

  private TorchScript(Graph graph, DType dtype) {
    this.graph = graph;
    this.precision = Precision.of(dtype);
    this.statements = new Statements(graph, precision, functions);
    this.memory = List.copyOf(graph.memory().keySet());
    for (Node node : graph.nodes())
      for (String input : node.inputs())
        readers.computeIfAbsent(input, _ -> new HashSet<>()).add(node.region());
  }

  /**
   * The program of a graph.
   *
   * @param dtype of weights and of the stream: F32, BF16 or F64
   */
  public static Script of(Graph graph, DType dtype) {
    return new TorchScript(graph, dtype).script();
  }

  private Script script() {
    List<String> body = new ArrayList<>();
    List<String> inputs = List.copyOf(graph.inputs().keySet());
    for (int index = 0; index < inputs.size(); index++) {
      String name = inputs.get(index);
      boolean number = isNumber(graph.inputs().get(name));
      String given = "x[" + index + "]";
      DType dtype = precision.dtype(kind(name));
      body.add(variable(name) + " = " + (number ? Literals.cast(given, dtype) : given));
    }
    for (List<Node> part : parts()) {
      if (part.getFirst().region().isEmpty()) inline(part, body);
      else call(part, body);
    }
    List<String> given = new ArrayList<>();
    graph.outputs().values().forEach(value -> given.add(handedOut(value)));
    body.add(
        given.isEmpty()
            ? "return annotate(List[Tensor], [])"
            : "return [" + String.join(", ", given) + "]");
    return new Script(source(body), inputs, weights, memory, List.copyOf(graph.outputs().keySet()));
  }

  private Type.Kind kind(String value) {
    return graph.type(value).orElseThrow().kind();
  }

  private static boolean isNumber(@Nullable Type type) {
    return type != null
        && switch (type.kind()) {
          case FLOAT, WIDE -> true;
          case INDEX, TRUTH -> false;
        };
  }

  /** bfloat16 does not leave the program: what is read outside is float32 at least. */
  private String handedOut(String value) {
    return switch (kind(value)) {
      case FLOAT, WIDE -> Literals.cast(variable(value), precision.wide());
      case INDEX, TRUTH -> variable(value);
    };
  }

  private String source(List<String> body) {
    StringBuilder text = new StringBuilder(functions.text());
    text.append("class M(Module):\n").append(Script.HEADER);
    blocks.forEach((function, name) -> text.append(function.replace("BLOCK", name)));
    text.append(
        "  def run(self: __torch__.M, x: List[Tensor], w: List[Tensor], s: List[Tensor], past: int)"
            + " -> List[Tensor]:\n");
    for (String line : body) text.append("    ").append(line).append('\n');
    return text.toString();
  }

  // ---- parts

  /** Neighbouring nodes of one region. */
  private List<List<Node>> parts() {
    List<List<Node>> parts = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (parts.isEmpty() || !parts.getLast().getFirst().region().equals(node.region()))
        parts.add(new ArrayList<>());
      parts.getLast().add(node);
    }
    return parts;
  }

  private void inline(List<Node> part, List<String> body) {
    for (Node node : part) {
      Place.Slot weight = new Place.Slot("", weights.size());
      weights.addAll(node.parameters());
      Place.Slot slot = new Place.Slot("", memoryIndex(node));
      body.addAll(
          statements.of(
              node,
              new Place(
                  node.results().stream().map(each -> variable(each.name())).toList(),
                  node.inputs().stream().map(this::variable).toList(),
                  weight,
                  slot)));
    }
  }

  private int memoryIndex(Node node) {
    return memory.indexOf(node.results().getFirst().name());
  }

  /** A layer as a function: what it reads from outside and what others read of it. */
  private void call(List<Node> part, List<String> body) {
    String region = part.getFirst().region();
    Set<String> own = new HashSet<>();
    for (Node node : part) node.results().forEach(result -> own.add(result.name()));
    Set<String> outside = new LinkedHashSet<>();
    for (Node node : part)
      for (String input : node.inputs()) if (!own.contains(input)) outside.add(input);
    List<String> results = own(part).stream().filter(each -> isReadOutside(each, region)).toList();
    Map<String, String> local = new HashMap<>();
    List<String> parameters = new ArrayList<>();
    for (String each : outside) {
      boolean entering = each.equals(graph.aliases().get(region + ".in"));
      local.put(each, entering ? "entering" : variable(each));
      parameters.add(local.get(each) + ": Tensor");
    }
    for (String each : own(part))
      local.put(each, Identifiers.unlike(local.values(), each.substring(region.length() + 1)));
    int firstWeight = weights.size();
    int firstMemory =
        part.stream().mapToInt(this::memoryIndex).filter(index -> index >= 0).findFirst().orElse(0);
    List<String> lines = new ArrayList<>();
    for (Node node : part) {
      Place.Slot weight = new Place.Slot("o", weights.size() - firstWeight);
      weights.addAll(node.parameters());
      Place.Slot slot = new Place.Slot("m", memoryIndex(node) - firstMemory);
      lines.addAll(
          statements.of(
              node,
              new Place(
                  node.results().stream().map(each -> named(local, each.name())).toList(),
                  node.inputs().stream().map(each -> named(local, each)).toList(),
                  weight,
                  slot)));
    }
    List<String> returned = results.stream().map(each -> named(local, each)).toList();
    String name = block(region, function(parameters, lines, returned));
    List<String> arguments = new ArrayList<>(outside.stream().map(this::variable).toList());
    arguments.addAll(
        List.of("w", Integer.toString(firstWeight), "s", Integer.toString(firstMemory), "past"));
    String left = String.join(", ", results.stream().map(this::variable).toList());
    body.add(
        left
            + (results.size() > 1 ? ", = " : " = ")
            + "(self)."
            + name
            + "("
            + String.join(", ", arguments)
            + ")");
  }

  private static String named(Map<String, String> local, String value) {
    String name = local.get(value);
    if (name == null) throw new IllegalStateException("nothing gives " + value);
    return name;
  }

  private static List<String> own(List<Node> part) {
    return part.stream().flatMap(node -> node.results().stream()).map(Node.Result::name).toList();
  }

  private boolean isReadOutside(String value, String region) {
    return graph.outputs().containsValue(value)
        || readers.getOrDefault(value, Set.of()).stream().anyMatch(each -> !each.equals(region));
  }

  private static String function(
      List<String> parameters, List<String> lines, List<String> returned) {
    StringBuilder text = new StringBuilder("  def BLOCK(self: __torch__.M");
    for (String parameter : parameters) text.append(", ").append(parameter);
    text.append(", w: List[Tensor], o: int, s: List[Tensor], m: int, past: int) -> ");
    text.append(
        returned.size() == 1
            ? "Tensor"
            : "Tuple["
                + String.join(", ", java.util.Collections.nCopies(returned.size(), "Tensor"))
                + "]");
    text.append(":\n");
    for (String line : lines) text.append("    ").append(line).append('\n');
    String result = String.join(", ", returned);
    return text.append("    return ")
        .append(returned.size() == 1 ? result : "(" + result + ")")
        .append('\n')
        .toString();
  }

  /** The name of the function with this text: one that is there already, or a new one. */
  private String block(String region, String function) {
    return blocks.computeIfAbsent(function, _ -> "layer_" + Identifiers.of(region));
  }

  private String variable(String value) {
    @Nullable String known = variables.get(value);
    if (known != null) return known;
    String made = Identifiers.unlike(variables.values(), value);
    variables.put(value, made);
    return made;
  }
}
