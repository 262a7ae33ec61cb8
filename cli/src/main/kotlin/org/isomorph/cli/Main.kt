package org.isomorph.cli

import com.github.ajalt.clikt.core.main

/** Every command by its name, in the order in which the help lists them. */
internal val commands: Map<String, () -> IsomorphCommand> =
  linkedMapOf(
    "demo" to ::DemoCommand,
    "families" to ::FamiliesCommand,
    "inspect" to ::InspectCommand,
    "explain" to ::ExplainCommand,
    "diff" to ::DiffCommand,
    "convert" to ::ConvertCommand,
    "init" to ::InitCommand,
    "merge-lora" to ::MergeLoraCommand,
    "forward" to ::ForwardCommand,
    "generate" to ::GenerateCommand,
    "compile" to ::CompileCommand,
    "verify" to ::VerifyCommand,
    "cos" to ::CosCommand,
    "topk" to ::TopkCommand,
    "attention" to ::AttentionCommand,
    "stats" to ::StatsCommand,
    "compare" to ::CompareCommand,
    "dump" to ::DumpCommand,
    "debug" to ::DebugCommand,
  )

/**
 * The commands that a command line can mean: the one it names or, for help and for what is
 * mistyped, all. To make the others would take longer than many a command does.
 */
private fun meant(argv: List<String>): List<IsomorphCommand> =
  commands[argv.firstOrNull()]?.let { listOf(it()) } ?: commands.values.map { it() }

/**
 * The families' dialects, for names like `trans_deepseek_v3_to_llama`; asked for only when one is
 * seen.
 */
private fun dialects(): List<String> = families.all().flatMap { listOf(it.name()) + it.aliases() }

fun main(args: Array<String>) {
  declareFamilies(args.asList())
  val argv = expandTrans(args.asList(), ::dialects)
  val isomorph = Isomorph(meant(argv))
  isomorph.main(isomorph.firstThingsFirst(argv))
}
