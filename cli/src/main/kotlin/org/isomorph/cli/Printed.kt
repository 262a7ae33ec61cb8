package org.isomorph.cli

/** Where generated tokens go: to stdout, each as soon as it can be read. */
internal sealed interface Printed {
  /** One more token; false if nobody reads any more. */
  fun token(id: Long): Boolean

  /** There are no more. */
  fun end()
}

/** As text behind that of [before], whatever the locale says in UTF-8. */
internal class PrintedText(before: LongArray, tokenizer: TokenizerFile) : Printed {
  private val text = StreamedText(before, tokenizer::text)

  override fun token(id: Long) = write(text.next(id))

  override fun end() {
    write(text.rest() + "\n")
  }
}

/** As numbers on one line. */
internal class PrintedIds : Printed {
  private var separator = ""

  override fun token(id: Long) = write("$separator$id").also { separator = " " }

  override fun end() {
    write("\n")
  }
}

private fun write(piece: String): Boolean {
  System.out.write(piece.encodeToByteArray())
  // Flushes, and tells whether the other end of a pipe is closed.
  return !System.out.checkError()
}
