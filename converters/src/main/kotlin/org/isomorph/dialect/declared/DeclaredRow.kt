package org.isomorph.dialect.declared

import org.isomorph.dialect.Row
import org.isomorph.dialect.Template
import org.isomorph.layout.Layout

/** A row as a file declares it; a layout may have numbers that only a model's keys tell. */
internal sealed interface DeclaredRow {
  /** The row, with its layout read by [layout]. */
  fun bound(layout: (String) -> Layout<Template>): Row

  /** A tensor made of parameters. */
  class Stored(val name: String, val text: String, val aliases: List<String>) : DeclaredRow {
    override fun bound(layout: (String) -> Layout<Template>): Row =
      aliases.fold(Row.row(name, layout(text))) { row, alias -> row.alias(alias) }
  }

  /** Any other row: it has no layout. */
  class Other(val row: Row) : DeclaredRow {
    override fun bound(layout: (String) -> Layout<Template>): Row = row
  }
}
