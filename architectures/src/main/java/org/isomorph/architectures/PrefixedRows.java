package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;

import java.util.List;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Template;
import org.isomorph.layout.Layout;

/**
 * Rows whose names begin with a prefix that some files lack: those of a model that was saved
 * without its head, or the first that were published.
 *
 * @param prefix what names begin with
 * @param older what they begin with in files that lack it
 */
record PrefixedRows(String prefix, String older) {
  PrefixedRows(String prefix) {
    this(prefix, "");
  }

  Row.Stored row(String name, Layout<Template> layout) {
    return Row.row(prefix + name, layout).alias(older + name);
  }

  Row.Stored row(String name, String parameter) {
    return row(name, p(parameter));
  }

  /** The rows of a linear map or norm, alike but for their ending. */
  List<Row> weightAndBias(String name, String parameter) {
    return List.of(
        row(name + ".weight", parameter + ".weight"), row(name + ".bias", parameter + ".bias"));
  }
}
