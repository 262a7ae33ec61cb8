package org.isomorph.cli

import com.github.ajalt.clikt.core.main

/** Every command, in the order in which the help lists them. */
private val commands: List<IsomorphCommand> =
  listOf(
    DemoCommand(),
    FamiliesCommand(),
    InspectCommand(),
    ExplainCommand(),
    DiffCommand(),
    ConvertCommand(),
    InitCommand(),
    MergeLoraCommand(),
    ForwardCommand(),
    GenerateCommand(),
    CompileCommand(),
    VerifyCommand(),
    CosCommand(),
    TopkCommand(),
    AttentionCommand(),
    StatsCommand(),
    CompareCommand(),
    DumpCommand(),
    DebugCommand(),
  )

/**
 * The families' dialects, for names like `trans_deepseek_v3_to_llama`; asked for only when one is
 * seen.
 */
private fun dialects(): List<String> = families.all().flatMap { listOf(it.name()) + it.aliases() }

fun main(args: Array<String>) {
  declareFamilies(args.asList())
  val isomorph = Isomorph(commands)
  isomorph.main(isomorph.firstThingsFirst(expandTrans(args.asList(), ::dialects)))
}
