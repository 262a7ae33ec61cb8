package org.isomorph.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.isomorph.spec.Block;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class DrawingTest {
  private static final Block BLOCK =
      block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48));

  static Stream<Model> models() {
    return TinyModels.all().stream().map(TinyModels.Tiny::model);
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  private static List<Element> elements(Document document, String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int index = 0; index < found.getLength(); index++)
      elements.add((Element) found.item(index));
    return elements;
  }

  private static List<String> texts(Document document) {
    return elements(document, "text").stream().map(Element::getTextContent).toList();
  }

  private static int number(Element element, String attribute) {
    return Integer.parseInt(element.getAttribute(attribute));
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyTowerMixerAndOutputIsDrawn(Model model) throws Exception {
    Graph graph = Lowering.of(model);
    Document document = parsed(Drawing.svg(graph, model.name()));
    assertThat(texts(document))
        .containsAll(model.towers().stream().map(tower -> tower.name()).toList())
        .containsAll(graph.inputs().keySet())
        .containsAll(graph.outputs().keySet());
    model.towers().stream()
        .flatMap(tower -> tower.runs().stream())
        .flatMap(run -> org.isomorph.spec.Parameters.mixerNames(run.block()).stream())
        .forEach(mixer -> assertThat(texts(document)).contains(mixer));
  }

  @ParameterizedTest
  @MethodSource("models")
  void nothingLiesOutsideOrOnAnother(Model model) throws Exception {
    for (String svg :
        List.of(Drawing.svg(Lowering.of(model), "m"), Drawing.unfolded(Lowering.of(model), "m"))) {
      Document document = parsed(svg);
      Element root = document.getDocumentElement();
      List<Element> boxes =
          elements(document, "rect").stream()
              .filter(rect -> rect.getAttribute("class").startsWith("box"))
              .toList();
      for (Element box : boxes) {
        assertThat(number(box, "x")).isNotNegative();
        assertThat(number(box, "x") + number(box, "width"))
            .isLessThanOrEqualTo(number(root, "width"));
        assertThat(number(box, "y") + number(box, "height"))
            .isLessThanOrEqualTo(number(root, "height"));
        for (Element other : boxes)
          assertThat(
                  other == box
                      || apart(box, other, "x", "width")
                      || apart(box, other, "y", "height"))
              .isTrue();
      }
    }
  }

  private static boolean apart(Element one, Element other, String from, String extent) {
    return number(one, from) + number(one, extent) <= number(other, from)
        || number(other, from) + number(other, extent) <= number(one, from);
  }

  @Test
  void equalLayersAreDrawnOnceWithTheirNumber() throws Exception {
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(32, BLOCK).head(lm()));
    assertThat(texts(parsed(Drawing.svg(graph, "tiny"))))
        .contains("decoder.0 .. decoder.31", "×32")
        .containsOnlyOnce("attn");
    assertThat(texts(parsed(Drawing.unfolded(graph, "tiny"))).stream().filter("attn"::equals))
        .hasSize(32);
  }

  @Test
  void layersInTurnAreMentioned() throws Exception {
    Block wide = block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(64));
    Graph graph =
        Lowering.of(
            causal("tiny", 99, 32).layers(6, layer -> layer % 2 == 0 ? wide : BLOCK).head(lm()));
    assertThat(texts(parsed(Drawing.svg(graph, "tiny"))))
        .contains("decoder.2 .. decoder.5 as decoder.0, decoder.1 in turn");
  }

  @Test
  void shapesStandAtTheLines() throws Exception {
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(2, BLOCK).head(lm()));
    assertThat(texts(parsed(Drawing.svg(graph, "tiny"))))
        .contains("(batch, seq)", "(batch, seq, 32)", "(batch, seq, 99)");
  }

  @Test
  void aTitleMayHoldAnything() throws Exception {
    Graph graph = Lowering.of(causal("tiny", 99, 32).layers(1, BLOCK).head(lm()));
    String title = "<&\">]]>\u0000\uD800 %d é";
    Document document = parsed(Drawing.svg(graph, title));
    assertThat(elements(document, "title").getFirst().getTextContent())
        .isEqualTo("<&\">]]>\uFFFD\uFFFD %d é");
  }

  @Test
  void aTowerWithoutLayersIsDrawnToo() throws Exception {
    Graph graph = Lowering.of(causal("tiny", 99, 32).head(lm()));
    assertThat(texts(parsed(Drawing.svg(graph, "tiny")))).contains("embed", "head", "logits");
  }
}
