package org.isomorph.samples

import java.nio.file.Path
import org.isomorph.convert.Checkpoint
import org.isomorph.debug.kotlin.debug
import org.isomorph.debug.kotlin.lens
import org.isomorph.debug.kotlin.show_attention
import org.isomorph.debug.kotlin.show_topk_token
import org.isomorph.dialect.Dialects
import org.isomorph.runtime.RunOptions

/** Looks into the checkpoint in the directory that is the argument. */
fun main(args: Array<String>) {
  val families = Dialects.load(Checkpoint::class.java.classLoader)
  val checkpoint = Checkpoint.open(Path.of(args[0]), families)
  // snippet: session
  checkpoint.load(RunOptions.usual()).use { model ->
    model.debug(1, 5, 3, 7) {
      println(cosine())
      for (state in lens(k = 5).layers()) println("${state.name()} ${state.entropy()} bits")
      show_topk_token(layer = 1, K = 5)
      show_attention(layer = 1, "3", "0")
    }
  }
  // end
}
