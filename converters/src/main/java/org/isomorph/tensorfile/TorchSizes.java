package org.isomorph.tensorfile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;

/** Shapes, strides and offsets in pickles: tuples of whole numbers, or a {@code torch.Size}. */
final class TorchSizes {
  private static final int MOST_AXES = 64;

  private TorchSizes() {}

  /**
   * The numbers, none of them negative.
   *
   * @param what what they are, for messages
   * @param refused what to throw for a problem
   */
  static List<Long> of(
      PickleValue value, String what, Function<String, TensorFileException> refused) {
    // A torch.Size is made by a call.
    PickleValue plain =
        value instanceof Instance made && made.isOf("torch", "Size") && made.arguments().size() == 1
            ? made.arguments().getFirst()
            : value;
    List<PickleValue> items =
        plain
            .sequence()
            .filter(list -> list.size() <= MOST_AXES)
            .orElseThrow(() ->
                refused.apply(
                    "%s: expected at most %d whole numbers, found %s"
                        .formatted(what, MOST_AXES, value)));
    List<Long> numbers = new ArrayList<>(items.size());
    for (PickleValue item : items) {
      long number = item.integer().orElse(-1);
      if (number < 0)
        throw refused.apply(
            "%s: expected whole numbers, none negative, found %s".formatted(what, item));
      numbers.add(number);
    }
    return numbers;
  }
}
