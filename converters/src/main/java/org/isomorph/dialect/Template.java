package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name with places for indices: {@code model.layers.{i}.mlp.experts.{e}.up_proj.weight}.
 *
 * <p>A place is affine in one index: {@code {i}}, {@code {i+1}}, {@code {61+k}}. Templates are read
 * in both directions: {@link #fill} makes a name from indices, {@link #match} recovers the indices
 * from a name.
 *
 * <table>
 * <caption>Samples</caption>
 * <tr><th>template</th><th>name</th><th>indices</th></tr>
 * <tr><td>{@code h.{i}.ln_1.weight}</td><td>{@code h.7.ln_1.weight}</td><td>i=7</td></tr>
 * <tr><td>{@code {i+1}.fn.norm.gamma}</td><td>{@code 1.fn.norm.gamma}</td><td>i=0</td></tr>
 * <tr><td>{@code {i+1}.fn.norm.gamma}</td><td>{@code 0.fn.norm.gamma}</td><td>no match: i would be -1</td></tr>
 * </table>
 */
public final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{(?:(\\d+)\\+)?([a-z]+)(?:\\+(\\d+))?}");
  private static final Pattern DIGITS = Pattern.compile("(?<=^|\\.)\\d+(?=\\.|$)");

  /** A place: an index and what is added to it. */
  private record Place(String index, long offset) {}

  private final String text;
  private final List<String> literals = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  private Template(String text) {
    this.text = text;
    Matcher place = PLACE.matcher(text);
    int end = 0;
    while (place.find()) {
      literals.add(text.substring(end, place.start()));
      long before = place.group(1) == null ? 0 : Long.parseLong(place.group(1));
      long after = place.group(3) == null ? 0 : Long.parseLong(place.group(3));
      places.add(new Place(place.group(2), before + after));
      end = place.end();
    }
    literals.add(text.substring(end));
    for (String literal : literals)
      if (literal.contains("{") || literal.contains("}"))
        throw new DialectException("template " + text + ": a place looks like {i}, {i+1} or {3+i}");
  }

  public static Template of(String text) {
    return new Template(text);
  }

  /** The indices, in order of appearance. */
  public Set<String> indices() {
    Set<String> indices = new LinkedHashSet<>();
    for (Place place : places) indices.add(place.index());
    return indices;
  }

  /**
   * The name for these indices.
   *
   * @throws DialectException if an index is not given
   */
  public String fill(Map<String, Long> indices) {
    StringBuilder name = new StringBuilder(literals.getFirst());
    for (int i = 0; i < places.size(); i++) {
      Long value = indices.get(places.get(i).index());
      if (value == null)
        throw new DialectException(
            "template " + text + ": index " + places.get(i).index() + " is not bound");
      name.append(Math.addExact(value, places.get(i).offset())).append(literals.get(i + 1));
    }
    return name.toString();
  }

  /** The indices for which {@link #fill} gives {@code name}, or empty if there are none. */
  public Optional<Map<String, Long>> match(String name) {
    if (!name.startsWith(literals.getFirst())) return Optional.empty();
    int at = literals.getFirst().length();
    Map<String, Long> indices = new HashMap<>();
    for (int i = 0; i < places.size(); i++) {
      int start = at;
      while (at < name.length() && Character.isDigit(name.charAt(at))) at++;
      // Eighteen digits always fit a long; a leading zero would not be written by fill.
      if (at == start || at - start > 18 || (name.charAt(start) == '0' && at - start > 1))
        return Optional.empty();
      long value = Long.parseLong(name, start, at, 10) - places.get(i).offset();
      Long earlier = indices.put(places.get(i).index(), value);
      if (value < 0 || (earlier != null && earlier != value)) return Optional.empty();
      String literal = literals.get(i + 1);
      if (!name.startsWith(literal, at)) return Optional.empty();
      at += literal.length();
    }
    return at == name.length() ? Optional.of(indices) : Optional.empty();
  }

  /**
   * The text with every number and every place made the same: names that could match have equal
   * keys.
   */
  String key() {
    return key(PLACE.matcher(text).replaceAll("0"));
  }

  /** The {@linkplain #key() key} of a name. */
  static String key(String name) {
    return DIGITS.matcher(name).replaceAll("#");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Template that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
