package org.isomorph.megatron;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a logical tensor, taken apart.
 *
 * @param place in what kind of layer it is, or outside of all
 * @param layer the layer's number, counted over the whole model; 0 outside
 * @param part what it is called within the layer
 * @param expert which expert it belongs to, counted over all
 */
record Address(Place place, long layer, String part, OptionalLong expert) {
  /** Where a tensor is. */
  enum Place {
    /** Around the layers. */
    OUTSIDE,
    /** In a layer. */
    LAYER,
    /** In what surrounds a layer that predicts a further token. */
    AROUND_NEXT,
    /** In such a layer. */
    NEXT
  }

  private static final Pattern LAYER = Pattern.compile("decoder\\.layers\\.(\\d{1,9})\\.(.+)");
  private static final Pattern NEXT =
      Pattern.compile("mtp\\.layers\\.(\\d{1,9})\\.(transformer_layer\\.)?(.+)");
  private static final Pattern EXPERT = Pattern.compile("mlp\\.experts\\.(\\d{1,9})\\.(.+)");

  static Address of(String tensor) {
    Matcher layer = LAYER.matcher(tensor);
    if (layer.matches()) return of(Place.LAYER, layer.group(1), layer.group(2));
    Matcher next = NEXT.matcher(tensor);
    if (next.matches())
      return of(
          next.group(2) == null ? Place.AROUND_NEXT : Place.NEXT, next.group(1), next.group(3));
    return new Address(Place.OUTSIDE, 0, tensor, OptionalLong.empty());
  }

  private static Address of(Place place, String layer, String part) {
    Matcher expert = EXPERT.matcher(part);
    OptionalLong number =
        expert.matches() ? OptionalLong.of(Long.parseLong(expert.group(1))) : OptionalLong.empty();
    return new Address(
        place, Long.parseLong(layer), expert.matches() ? expert.group(2) : part, number);
  }
}
