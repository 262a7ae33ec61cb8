package org.isomorph.samples;

import static org.isomorph.layout.Layout.leaf;

import org.isomorph.layout.Layout;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Packings;
import org.isomorph.tensor.Shape;

/**
 * Fused projections, from one packing to another: a file that has queries, keys and values group by
 * group is read as Baichuan's W_pack, without naming a single offset.
 */
public final class WriteYourOwnLayout {
  private WriteYourOwnLayout() {}

  /** Four query heads and two key heads, of two rows each. */
  private static Shape shape(String parameter) {
    return parameter.equals("q") ? Shape.of(8, 4) : Shape.of(4, 4);
  }

  /** For each of two key heads: its query heads, the key head, the value head. */
  static Layout<String> byGroup() {
    return Layout.concat(
            1, leaf("q").split(0, 2, -1), leaf("k").split(0, 2, -1), leaf("v").split(0, 2, -1))
        .merge(0, 1);
  }

  /** From the fused tensor to W_pack. */
  static Mapping<String, String> conversion() {
    Mapping<String, String> fused = byGroup().mapping("query_key_value", WriteYourOwnLayout::shape);
    Mapping<String, String> packed =
        Packings.byPart(leaf("q"), leaf("k"), leaf("v"))
            .mapping("W_pack", WriteYourOwnLayout::shape);
    return fused.inverse().then(packed);
  }

  public static void main(String[] args) {
    System.out.println(byGroup() + " has shape " + byGroup().shape(WriteYourOwnLayout::shape));
    Mapping<String, String> conversion = conversion();
    conversion.requirePartition("W_pack", Shape.of(16, 4));
    conversion.pieces().forEach(System.out::println);
    System.out.println("and back: " + conversion.inverse().then(conversion).pieces());
  }
}
