package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Mapping;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.Shape;

/**
 * A family's rows bound to one model: every tensor of its checkpoint, with its shape and what it is
 * made of.
 *
 * <p>Making a table checks it: every parameter is in exactly one row, and all shapes close.
 */
public final class Table {
  /**
   * One tensor of the checkpoint.
   *
   * @param name what it is called
   * @param aliases other names under which older files have it
   * @param layout how it is made of parameters, by their names
   * @param shape its shape
   * @param row the row that it comes from
   */
  public record Entry(
      String name, List<String> aliases, Layout<String> layout, Shape shape, Row.Stored row) {}

  /** A tensor that repeats a parameter. */
  public record Duplicate(String name, Parameter parameter, boolean always) {}

  /** A tensor of zeros, shaped as the parameter that it stands beside. */
  public record Zeros(String name, Parameter beside) {}

  private final Map<String, Parameter> parameters;
  private final List<Entry> entries;
  private final List<Duplicate> duplicates;
  private final List<Zeros> zeros;
  private final List<Pattern> ignored;
  private final Map<String, Entry> storing;

  private Table(
      Map<String, Parameter> parameters,
      List<Entry> entries,
      List<Duplicate> duplicates,
      List<Zeros> zeros,
      List<Pattern> ignored,
      Map<String, Entry> storing) {
    this.parameters = parameters;
    this.entries = entries;
    this.duplicates = duplicates;
    this.zeros = zeros;
    this.ignored = ignored;
    this.storing = storing;
  }

  /**
   * The table of {@code rows} for {@code model}.
   *
   * @throws DialectException if a parameter is in no row or in two, or if a row needs a parameter
   *     that the model lacks or shapes that do not fit
   */
  public static Table of(Model model, List<Row> rows) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (Parameter parameter : Parameters.of(model)) parameters.put(parameter.name(), parameter);
    List<Entry> entries = new TableBinding(parameters, rows).entries();
    Map<String, Entry> storing = new HashMap<>();
    for (Entry entry : entries)
      for (String parameter : entry.layout().parameters()) {
        Entry earlier = storing.put(parameter, entry);
        if (earlier != null)
          throw new DialectException(
              "parameter "
                  + parameter
                  + " is stored twice: as "
                  + earlier.name()
                  + " and as "
                  + entry.name());
      }
    for (String parameter : parameters.keySet())
      if (!storing.containsKey(parameter))
        throw new DialectException(
            "parameter " + parameter + " of " + model.name() + " is in no row");
    List<Duplicate> duplicates = new ArrayList<>();
    List<Zeros> zeros = new ArrayList<>();
    List<Pattern> ignored = new ArrayList<>();
    for (Row row : rows)
      switch (row) {
        case Row.Copy copy -> {
          Parameter parameter = parameters.get(copy.parameter());
          if (parameter != null
              && entries.stream().noneMatch(entry -> entry.name().equals(copy.name())))
            duplicates.add(new Duplicate(copy.name(), parameter, copy.always()));
        }
        case Row.Zeros buffer -> {
          for (Parameter parameter : parameters.values())
            buffer
                .beside()
                .match(parameter.name())
                .ifPresent(indices -> zeros.add(new Zeros(buffer.name().fill(indices), parameter)));
        }
        case Row.Ignored names -> ignored.add(names.names());
        case Row.Stored _ -> {}
      }
    return new Table(
        Collections.unmodifiableMap(parameters),
        entries,
        List.copyOf(duplicates),
        List.copyOf(zeros),
        List.copyOf(ignored),
        storing);
  }

  /** All parameters by name, in the order of computation. */
  public Map<String, Parameter> parameters() {
    return parameters;
  }

  /** All tensors, in the order of their first parameters. */
  public List<Entry> entries() {
    return entries;
  }

  /** Tensors that repeat a parameter which is stored elsewhere. */
  public List<Duplicate> duplicates() {
    return duplicates;
  }

  /** Tensors of zeros. */
  public List<Zeros> zeros() {
    return zeros;
  }

  /** Whether a tensor that is in no row is known not to matter. */
  public boolean ignores(String name) {
    return ignored.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }

  /** The tensor that stores a parameter. */
  public Optional<Entry> storing(String parameter) {
    return Optional.ofNullable(storing.get(parameter));
  }

  /** Which elements of the parameters are which elements of the tensors. */
  public Mapping<String, String> mapping() {
    return mapping(entries);
  }

  /** As {@link #mapping()}, for some of the tensors. */
  public Mapping<String, String> mapping(Collection<Entry> some) {
    return Mapping.union(some.stream().map(this::mapping).toList());
  }

  private Mapping<String, String> mapping(Entry entry) {
    return entry.layout().mapping(entry.name(), this::shape);
  }

  /** The shape of a parameter. */
  public Shape shape(String parameter) {
    Parameter found = parameters.get(parameter);
    if (found == null) throw new DialectException("no parameter is called " + parameter);
    return found.shape();
  }
}
