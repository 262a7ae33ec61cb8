package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.TinyModels;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoweringTest {
  static Stream<Model> models() {
    return TinyModels.all().stream().map(TinyModels.Tiny::model);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyValueOfTheModelCanBeTapped(Model model) {
    Graph graph = Lowering.whole(model);
    for (Value value : Values.of(model).all()) {
      Graph tapped = Passes.tap(graph, List.of(value.name()));
      assertThat(tapped.outputs()).containsKey(value.name());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyParameterIsRead(Model model) {
    Graph graph = Lowering.whole(model);
    List<String> parameters = Parameters.of(model).stream().map(Parameter::name).toList();
    assertThat(graph.parameters().keySet()).containsExactlyInAnyOrderElementsOf(parameters);
  }
}
