package org.isomorph.cli

import com.github.ajalt.clikt.core.ParameterHolder
import com.github.ajalt.clikt.parameters.options.convert
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import java.nio.file.Path
import java.util.Locale
import kotlin.io.path.absolute
import kotlin.io.path.deleteIfExists
import kotlin.io.path.isDirectory
import kotlin.io.path.moveTo
import kotlin.io.path.writeText
import org.isomorph.debug.report.ReportPage

/** A page for browsers, which appears when it is whole. */
internal class PageFile private constructor(private val file: Path) {
  /** Writes it, and says in a line what is where. */
  fun write(page: ReportPage): String {
    val beside = file.absolute().resolveSibling(".${file.fileName}.partial")
    try {
      beside.writeText(page.html())
      beside.moveTo(file, overwrite = true)
    } finally {
      beside.deleteIfExists()
    }
    val left = page.findings().notes().joinToString("") { "\n  note: ${it.text()}" }
    return "%s: a page of %,d bytes, open it in a browser".format(Locale.ROOT, file, page.bytes()) +
      left
  }

  companion object {
    /** What pages say that they were made by. */
    val MADE: String
      get() = "isomorph ${version()}"

    /**
     * The file that a text names.
     *
     * @throws IllegalArgumentException where no file can be
     */
    fun of(text: String): PageFile {
      val file = Path.of(text)
      require(!file.isDirectory()) {
        "$file is a directory: expected a file, such as ${file.resolve("report.html")}"
      }
      val parent = file.absolute().parent
      require(parent != null && parent.isDirectory()) {
        "$file: there is no directory $parent; make it first"
      }
      return PageFile(file)
    }
  }
}

/** `--html FILE`; where no file can be, it is refused before anything is computed. */
internal fun ParameterHolder.htmlOption() =
  option("--html", metavar = "FILE")
    .convert { PageFile.of(it) }
    .help("Write a page for browsers that holds all that can be seen of the run, in one file")
