package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Template;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Packings;
import org.isomorph.spec.Model;

/** Queries, keys and values that are one tensor, head by head. */
final class FusedHeads {
  private FusedHeads() {}

  /**
   * The rows of weight and bias.
   *
   * @param row makes a row of a name and its layout
   * @param name what the tensors' names begin with
   */
  static List<Row> rows(
      Model model, BiFunction<String, Layout<Template>, ? extends Row> row, String name) {
    long heads = Outline.of(model).heads().heads();
    return Stream.of("weight", "bias")
        .map(part -> (Row) row.apply(name + "." + part, byHead(heads, part)))
        .toList();
  }

  private static Layout<Template> byHead(long heads, String part) {
    String attention = "decoder.{i}.attn.";
    return Packings.byHead(
        heads, p(attention + "q." + part), p(attention + "k." + part), p(attention + "v." + part));
  }
}
