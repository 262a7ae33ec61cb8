package org.isomorph.cli

import java.nio.file.Path
import java.util.Optional
import org.isomorph.convert.Figures
import org.isomorph.convert.Plan
import org.isomorph.convert.PlanText
import org.isomorph.convert.run.Result
import org.isomorph.proof.Proof
import org.isomorph.proof.ReportText
import org.isomorph.runtime.LoadedModel

/** What commands that write one checkpoint from another do with their plan: print it or do it. */
internal class Conversion(
  private val label: String,
  private val destination: Path,
  private val force: Boolean,
  private val json: Boolean,
  private val certify: Boolean = false,
  private val verify: Boolean = false,
) {
  fun run(command: IsomorphCommand, plan: Plan, onlyShow: Boolean) {
    if (onlyShow) show(command, plan) else write(command, plan)
  }

  private fun show(command: IsomorphCommand, plan: Plan) =
    if (json) command.printJson(planJson(plan)) else PlanText.of(plan).forEach { command.echo(it) }

  private fun write(command: IsomorphCommand, plan: Plan) {
    if (verify) LoadedModel.prepare()
    val version = Optional.of(version()).filter { certify }
    lateinit var proof: Proof
    val result =
      write(label, plan.blueprint(), destination, force) { progress ->
        Proof(plan, families, version, verify, progress).also { proof = it }
      }
    if (json) return command.printJson(planJson(plan, result))
    PlanText.notes(plan).forEach { command.echo(it) }
    proof.function().ifPresent { command.echo("  verified  ${ReportText.verdict(it)}") }
    proof.wayBack().ifPresent {
      it.sentences().forEach { line -> command.echo("  verified  $line") }
    }
    command.echo(
      "${plan.source().dialect().name()} -> ${plan.target().name()}: ${written(plan, result)} to $destination"
    )
  }

  private fun written(plan: Plan, result: Result): String {
    val resumed =
      if (result.filesResumed() > 0) ", ${result.filesResumed()} files kept from an earlier run"
      else ""
    val seconds = result.elapsed().toNanos() / 1e9
    return "${Figures.grouped(plan.tensors().size.toLong())} tensors, " +
      "${Figures.bytes(result.bytes())} in ${Figures.fixed(seconds, 2)} s$resumed"
  }
}
