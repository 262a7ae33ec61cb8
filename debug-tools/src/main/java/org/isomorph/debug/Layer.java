package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tower;

/** One layer of a tower, and the beginning of its values' names: {@code decoder.3}. */
public record Layer(String tower, long index) {
  private static final Pattern FORM =
      Pattern.compile("(?:([a-z_]+)\\.?)?(?:(-?\\d{1,9})(?:\\.\\.(-?\\d{1,9}))?)?");

  /** All layers of all towers, in the order of computation. */
  public static List<Layer> all(Model model) {
    return model.towers().stream().flatMap(tower -> all(tower)).toList();
  }

  private static Stream<Layer> all(Tower tower) {
    return LongStream.range(0, tower.depth()).mapToObj(index -> new Layer(tower.name(), index));
  }

  /** A layer of the last tower; a negative number counts from its end. */
  public static Layer of(Model model, long index) {
    return of(model.last(), Long.toString(index), index);
  }

  /**
   * The layers that a text names: {@code 3}, {@code -1}, {@code 8..16} of the last tower; {@code
   * encoder.3}, {@code encoder.0..5}, {@code encoder}; several with commas between; {@code all}.
   *
   * @throws DebugException if it names none, or one that the model does not have
   */
  public static List<Layer> parse(Model model, String text) {
    if (text.equals("all")) return all(model);
    List<Layer> layers = new ArrayList<>();
    for (String part : text.split(",", -1)) layers.addAll(part(model, part.strip()));
    return List.copyOf(layers);
  }

  private static List<Layer> part(Model model, String text) {
    Matcher form = FORM.matcher(text);
    if (text.isEmpty() || !form.matches())
      throw new DebugException(
          "layer \"%s\": expected a number, a range like 0..3, a tower, or encoder.3"
              .formatted(text));
    String named = form.group(1);
    Tower tower = named == null || named.equals("layers") ? model.last() : tower(model, named);
    if (form.group(2) == null) return all(tower).toList();
    Layer first = of(tower, text, Long.parseLong(form.group(2)));
    if (form.group(3) == null) return List.of(first);
    Layer last = of(tower, text, Long.parseLong(form.group(3)));
    if (first.index() > last.index())
      throw new DebugException("layer " + text + ": a range goes from a lower layer to a higher");
    return LongStream.rangeClosed(first.index(), last.index())
        .mapToObj(index -> new Layer(tower.name(), index))
        .toList();
  }

  private static Tower tower(Model model, String name) {
    return model
        .tower(name)
        .orElseThrow(() ->
            new DebugException(
                "layer of \"%s\": the towers of %s are %s"
                    .formatted(
                        name, model.name(), model.towers().stream().map(Tower::name).toList())));
  }

  private static Layer of(Tower tower, String text, long index) {
    long place = index < 0 ? tower.depth() + index : index;
    if (place < 0 || place >= tower.depth())
      throw new DebugException(
          "layer %s is out of range: the layers of %s are 0 to %d, or -1 to -%d from the end"
              .formatted(text, tower.name(), tower.depth() - 1, tower.depth()));
    return new Layer(tower.name(), place);
  }

  /** The canonical name of a value of this layer: {@code value("attn.probs")}. */
  public String value(String ending) {
    return this + "." + ending;
  }

  @Override
  public String toString() {
    return tower + "." + index;
  }
}
