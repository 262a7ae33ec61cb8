package org.isomorph.cli

private const val PREFIX = "trans_"
private const val SEPARATOR = "_to_"

/**
 * Reads `trans_X_to_Y ...` as `convert --from X --to Y ...`, and leaves every other command line as
 * it is.
 *
 * A dialect may be written with `_` for `-`, and may contain `_to_` itself: the split at which both
 * sides are known wins, then one at which one side is. A name that is not known is passed on as
 * written, and `convert` says what it thinks of it.
 *
 * | typed                            | read as, knowing `llama`, `deepseek-v3` and `seq_to_seq` |
 * |----------------------------------|----------------------------------------------------------|
 * | `trans_llama_to_qwen9 A B`       | `convert --from llama --to qwen9 A B`                    |
 * | `trans_deepseek_v3_to_llama A B` | `convert --from deepseek-v3 --to llama A B`              |
 * | `trans_seq_to_seq_to_llama A B`  | `convert --from seq_to_seq --to llama A B`               |
 * | `trans_llama A B`                | as typed                                                 |
 */
internal fun expandTrans(argv: List<String>, dialects: () -> List<String>): List<String> {
  val command = argv.firstOrNull() ?: return argv
  if (!command.startsWith(PREFIX)) return argv
  val known = dialects().associateBy(::spelling)
  val (from, to) =
    splits(command.removePrefix(PREFIX)).maxByOrNull { (from, to) ->
      listOf(from, to).count { spelling(it) in known }
    } ?: return argv
  val options = listOf("--from", known[spelling(from)] ?: from, "--to", known[spelling(to)] ?: to)
  // In front, so that a `--` among the arguments does not make positionals of them.
  return listOf("convert") + options + argv.drop(1)
}

/** Every way to read [names] as `X_to_Y` with neither empty. */
private fun splits(names: String): List<Pair<String, String>> =
  names.indices
    .filter { names.startsWith(SEPARATOR, it) }
    .map { names.take(it) to names.drop(it + SEPARATOR.length) }
    .filter { (from, to) -> from.isNotEmpty() && to.isNotEmpty() }

private fun spelling(name: String) = name.lowercase().replace('-', '_')
