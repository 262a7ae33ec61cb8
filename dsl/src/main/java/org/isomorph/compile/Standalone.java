package org.isomorph.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Type;
import org.isomorph.tensor.DType;

/**
 * A graph as a program that runs without Isomorph: Python's torch, libtorch in C++, or any other
 * host calls {@code forward} of its class M with tensors by Hugging Face's names.
 *
 * <pre>
 *   forward(input_ids, attention_mask=None)                               -> Tensor
 *   forward(input_ids, attention_mask=None, token_type_ids=None)          -> Dict[str, Tensor]
 * </pre>
 *
 * <p>Ids and masks are taken in any whole dtype; masks default to ones, segments to zeros. A model
 * with one output returns it, one with several a dict by their names; numbers are float32, or
 * float64 where the graph runs in it.
 *
 * @param source TorchScript
 * @param attributes what the attributes of M that hold weights are called, and the canonical
 *     parameters that they hold; empty where the weights stay outside
 * @param weights canonical names in the order in which {@code bind_files} has to make them, where
 *     they stay outside; one for each use
 */
public record Standalone(
    String source, SequencedMap<String, String> attributes, List<String> weights) {
  /** The attribute with the list of numbers that {@code bind} runs through. */
  public static final String TABLE = "table";

  /** The attribute with the list of weights that {@code bind} makes. */
  public static final String BOUND = "weights";

  private static final String INDENT = "    ";

  /** The program with its weights as parameters of M: {@code decoder_0_attn_q_weight}, .... */
  public static Standalone inside(Graph graph, DType dtype) {
    Script script = TorchScript.of(graph, dtype);
    SequencedMap<String, String> names = new LinkedHashMap<>();
    for (String parameter : script.weights())
      names.computeIfAbsent(parameter, each -> Identifiers.unlike(names.values(), each));
    List<String> declared = names.values().stream().map(name -> name + " : Tensor").toList();
    String header = Script.header(names.values(), declared);
    String list =
        script.weights().stream()
            .map(parameter -> "self." + names.get(parameter))
            .collect(Collectors.joining(", ", "[", "]"));
    SequencedMap<String, String> attributes = new LinkedHashMap<>();
    names.forEach((parameter, name) -> attributes.put(name, parameter));
    return new Standalone(
        source(graph, script, header, "", List.of("w = " + list)), attributes, List.of());
  }

  /**
   * The program whose weights are read from files, in place, by a method of M that is called once:
   * {@code bind(directory, device="cpu")}.
   *
   * @param binder methods of M, among them {@code bind_files(directory, table, device)}, which
   *     makes the list of weights
   */
  public static Standalone outside(Graph graph, DType dtype, String binder) {
    Script script = TorchScript.of(graph, dtype);
    String header =
        Script.header(List.of(), List.of(TABLE + " : List[int]", BOUND + " : List[Tensor]"));
    String bind =
        """
          def bind(self: __torch__.M, directory: str, device: str="cpu") -> None:
            self.weights = (self).bind_files(directory, self.table, device)
            return None
        """;
    List<String> begin =
        List.of(
            "w = self.weights",
            "if torch.eq(torch.len(w), 0):",
            "  ops.prim.RaiseException(\"call bind(directory) first: the weights are outside this"
                + " archive\", \"builtins.RuntimeError\")",
            "else:",
            "  pass");
    return new Standalone(
        source(graph, script, header, binder + bind, begin),
        new LinkedHashMap<>(),
        script.weights());
  }

  private static String source(
      Graph graph, Script script, String header, String methods, List<String> begin) {
    Functions functions = new Functions();
    List<String> lines = new ArrayList<>(begin);
    Inputs inputs = new Inputs(graph, script.inputs(), functions);
    lines.add("y = (self).run([" + inputs.values() + "], w, annotate(List[Tensor], []), 0)");
    boolean single = script.outputs().size() == 1;
    lines.add(single ? "return y[0]" : "return " + dict(script.outputs()));
    return functions.text()
        + script.source().replace(Script.HEADER, header)
        + methods
        + "  def forward(self: __torch__.M, "
        + inputs.parameters()
        + ") -> "
        + (single ? "Tensor" : "Dict[str, Tensor]")
        + ":\n"
        + lines.stream().map(line -> INDENT + line + "\n").collect(Collectors.joining());
  }

  private static String dict(List<String> outputs) {
    List<String> entries = new ArrayList<>();
    for (int index = 0; index < outputs.size(); index++)
      entries.add("\"" + outputs.get(index) + "\": y[" + index + "]");
    return "{" + String.join(", ", entries) + "}";
  }

  /**
   * What {@code forward} is given, and what it makes of it.
   *
   * @param names in the order of the graph
   */
  private record Inputs(Graph graph, List<String> names, Functions functions) {
    String parameters() {
      return names.stream()
          .map(name ->
              name + (isOptional(name) || isLate(name) ? ": Optional[Tensor]=None" : ": Tensor"))
          .collect(Collectors.joining(", "));
    }

    String values() {
      return names.stream().map(this::value).collect(Collectors.joining(", "));
    }

    private String value(String name) {
      if (isMask(name)) return functions.call("given_or_ones", name, needed(ids(name)));
      if (isOptional(name)) return functions.call("given_or_zeros", name, needed(ids(name)));
      boolean whole = graph.type(name).orElseThrow().kind() == Type.Kind.INDEX;
      String value = needed(name);
      return whole ? Literals.cast(value, DType.I64) : value;
    }

    private String needed(String name) {
      return isLate(name) ? functions.call("needed", name, '"' + name + '"') : name;
    }

    private static boolean isMask(String name) {
      return name.endsWith("attention_mask");
    }

    private static boolean isOptional(String name) {
      return isMask(name) || name.equals("token_type_ids");
    }

    /** Behind an optional one, each has a default: that one must be given is checked inside. */
    private boolean isLate(String name) {
      return names.subList(0, names.indexOf(name)).stream().anyMatch(Inputs::isOptional);
    }

    /** The ids whose mask or segments these are. */
    private static String ids(String name) {
      return (name.startsWith("decoder_") ? "decoder_" : "") + "input_ids";
    }
  }
}
