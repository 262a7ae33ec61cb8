package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.isomorph.layout.Layout;

/**
 * One line of a family's table: what one kind of checkpoint tensor is.
 *
 * <pre>{@code
 * row("model.norm.weight", "decoder.norm.weight")
 * row("model.layers.{i}.self_attn.W_pack.weight", byPart(p("decoder.{i}.attn.q.weight"), p("decoder.{i}.attn.k.weight"), p("decoder.{i}.attn.v.weight")))
 * }</pre>
 *
 * <p>Rows are read in both directions. A row whose parameters a model does not have says nothing
 * about that model, so that one table serves models with and without biases, dense layers and
 * mixtures.
 */
public sealed interface Row {
  /**
   * A tensor made of parameters.
   *
   * @param name what it is called; its places are indices of the parameters' names
   * @param layout how it is made; indices that the name does not have are bound by an axis
   * @param aliases other names that older files use; never written
   */
  record Stored(Template name, Layout<Template> layout, List<Template> aliases) implements Row {
    public Stored {
      aliases = List.copyOf(aliases);
      for (Template alias : aliases)
        if (!alias.indices().equals(name.indices()))
          throw new DialectException("row " + name + ": alias " + alias + " has other indices");
      for (Template leaf : layout.parameters())
        if (!leaf.indices().containsAll(name.indices()))
          throw new DialectException(
              "row "
                  + name
                  + ": parameter "
                  + leaf
                  + " lacks an index that the name has, so several tensors would store it");
    }

    /** The same row, which also goes by another name in older files. */
    public Stored alias(String another) {
      List<Template> more = new ArrayList<>(aliases);
      more.add(Template.of(another));
      return new Stored(name, layout, more);
    }

    @Override
    public String toString() {
      return name + " = " + layout;
    }
  }

  /**
   * A second copy of a parameter that another row stores: a tied head that some files repeat. On
   * reading, it must equal the first bit for bit.
   *
   * @param always whether the family stores it; otherwise it is written only where the source of
   *     the same family had it
   */
  record Copy(String name, String parameter, boolean always) implements Row {}

  /**
   * A buffer of zeros that a family's code insists on finding beside a parameter of the same shape.
   * On reading, it may be missing, but must not hold anything else; it is always written.
   *
   * @param name what it is called; its places are indices of the parameter's name
   */
  record Zeros(Template name, Template beside) implements Row {}

  /**
   * Tensors that are no parameters, such as buffers that can be computed: not read, not written.
   */
  record Ignored(Pattern names) implements Row {}

  /** A tensor that is one parameter as it is. */
  static Stored row(String name, String parameter) {
    return row(name, p(parameter));
  }

  /** A tensor made of parameters. */
  static Stored row(String name, Layout<Template> layout) {
    return new Stored(Template.of(name), layout, List.of());
  }

  /** A second copy that some files of this family have. */
  static Copy copy(String name, String parameter) {
    return new Copy(name, parameter, false);
  }

  /** A second copy that all files of this family have. */
  static Copy storedCopy(String name, String parameter) {
    return new Copy(name, parameter, true);
  }

  /** Zeros that all files of this family have beside a parameter. */
  static Zeros zeros(String name, String beside) {
    return new Zeros(Template.of(name), Template.of(beside));
  }

  /** Tensors whose whole names match a regular expression are ignored. */
  static Ignored ignored(String names) {
    return new Ignored(Pattern.compile(names));
  }

  /** A parameter as part of a layout. */
  static Layout<Template> p(String parameter) {
    return Layout.leaf(Template.of(parameter));
  }

  /** Rows for a linear map's or norm's weight and bias, alike but for their ending. */
  static List<Row> weightAndBias(String name, String parameter) {
    return List.of(
        row(name + ".weight", parameter + ".weight"), row(name + ".bias", parameter + ".bias"));
  }
}
