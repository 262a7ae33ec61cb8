package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;

class LegalityTest {
  private static final Type STREAM = Type.of(Type.Kind.FLOAT, Dim.BATCH, Dim.SEQ, Dim.of(4));

  private static Node add(String result, Type type, String... operands) {
    return new Node(
        new Op.Add(), List.of(operands), List.of(), List.of(new Node.Result(result, type)), "");
  }

  private static Node linear(String weight) {
    return new Node(
        new Op.Linear(false, false),
        List.of("x"),
        List.of(weight),
        List.of(new Node.Result("y", STREAM)),
        "");
  }

  private static void refused(
      List<Node> nodes,
      Map<String, String> outputs,
      Map<String, String> aliases,
      Map<String, Type> memory,
      String why) {
    assertThatThrownBy(() ->
            new Graph(
                new LinkedHashMap<>(Map.of("x", STREAM)),
                nodes,
                new LinkedHashMap<>(outputs),
                aliases,
                new LinkedHashMap<>(Map.of("narrow", Shape.of(4, 3))),
                new LinkedHashMap<>(memory)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(why);
  }

  private static void refused(String why, Node... nodes) {
    refused(List.of(nodes), Map.of(), Map.of(), Map.of(), why);
  }

  @Test
  void readsWhatIsNotThere() {
    refused("nothing before it gives z", add("y", STREAM, "x", "z"));
  }

  @Test
  void readsWhatComesLater() {
    refused("nothing before it gives z", add("y", STREAM, "x", "z"), add("z", STREAM, "x", "x"));
  }

  @Test
  void readsAParameterThatIsNotThere() {
    refused("no parameter is called wide", linear("wide"));
  }

  @Test
  void givenTwice() {
    refused("y is given twice", add("y", STREAM, "x", "x"), add("y", STREAM, "x", "x"));
  }

  @Test
  void givesWhatIsHandedIn() {
    refused("x is given twice", add("x", STREAM, "x", "x"));
  }

  @Test
  void wrongShape() {
    refused("expected a weight (out, 4)", linear("narrow"));
  }

  @Test
  void wrongResult() {
    refused("expected results of", add("y", STREAM.with(-1, Dim.of(5)), "x", "x"));
  }

  @Test
  void tooFewOperands() {
    refused("expected 2 to 2 operands", add("y", STREAM, "x"));
  }

  @Test
  void outputOfNothing() {
    refused(
        List.of(),
        Map.of("logits", "y"),
        Map.of(),
        Map.of(),
        "the output logits is y, which nothing gives");
  }

  @Test
  void aliasOfItsOwnValue() {
    refused(
        List.of(),
        Map.of(),
        Map.of("x", "y"),
        Map.of(),
        "x is a value of its own and another's name too");
  }

  @Test
  void memoryOfNothing() {
    refused(List.of(), Map.of(), Map.of(), Map.of("x", STREAM), "nothing remembers x");
  }
}
