package org.isomorph.proof

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.Blueprint
import org.isomorph.convert.Bytes
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.Plan
import org.isomorph.convert.findings
import org.isomorph.sharding.StoredTensors
import org.isomorph.spec.Model
import org.isomorph.spec.kotlin.SpecJson
import org.isomorph.tensorfile.TensorSource

/**
 * What a conversion did, for whoever gets its result: both models, every adjustment and how it
 * rounded, on what evidence, and of what each tensor was made, with hashes. It holds no time and no
 * place outside the source, so that the same conversion gives the same certificate.
 *
 * @property version of Isomorph
 * @property plan what was done
 * @property sourceHashes of the source's tensors as they were read, by name
 * @property written the tensors of the result, as its family speaks of them
 * @property targetHashes of the written tensors, by name
 * @property wayBack what came of the way back, if it was gone
 * @property function what came of running both models, if that was done
 */
class Certificate(
  private val version: String,
  private val plan: Plan,
  private val sourceHashes: Map<String, String>,
  private val written: StoredTensors,
  private val targetHashes: Map<String, String>,
  private val wayBack: WayBack?,
  private val function: Report?,
) {
  /** The certificate as the file that stands beside the weights. */
  fun file(): Blueprint.Small = Blueprint.Small(FILE_NAME, Bytes.utf8(json()))

  /** The certificate as JSON text. */
  @OptIn(ExperimentalSerializationApi::class)
  fun json(): String = PRETTY.encodeToString(JsonElement.serializer(), tree()) + "\n"

  private fun tree(): JsonObject = buildJsonObject {
    put("schema", SCHEMA)
    put("isomorph", version)
    put("outcome", plan.outcome().name.lowercase())
    put("plan_digest", plan.blueprint().digest())
    putJsonObject("source") { model(plan.source().dialect().name(), plan.source().model()) }
    putJsonObject("target") { model(plan.target().name(), plan.model()) }
    done()
    tensors(plan.source())
    if (wayBack != null || function != null)
      putJsonObject("verified") {
        wayBack?.let { wayBack(it) }
        function?.let { function(it) }
      }
  }

  private fun JsonObjectBuilder.model(dialect: String, model: Model) {
    put("dialect", dialect)
    put("parameters", model.parameters())
    put("spec", Json.parseToJsonElement(SpecJson.write(model)))
  }

  private fun JsonObjectBuilder.done() {
    putJsonArray("adjustments") {
      for (step in plan.steps()) addJsonObject {
        put("does", step.sentence())
        put("outcome", step.outcome().name.lowercase())
      }
      for ((how, tensors) in plan.made()) addJsonObject {
        put("does", "read $how")
        put("outcome", "rounded")
        put("tensors", tensors)
      }
      for ((cast, tensors) in plan.casts()) addJsonObject {
        put("does", "cast $cast")
        put("outcome", if (Plan.isExactCast(cast)) "exact" else "rounded")
        put("tensors", tensors)
      }
    }
    findings(plan)
  }

  private fun JsonObjectBuilder.tensors(source: Checkpoint) {
    putJsonArray("sources") {
      for (info in source.stored().tensors().values) addJsonObject {
        put("name", info.name())
        put("dtype", info.dtype().name)
        put("shape", info.shape().toString())
        put("sha256", sourceHashes.getValue(info.name()))
      }
    }
    val logical = mutableMapOf<TensorSource, String>()
    for (piece in source.stored().storage().pieces()) logical[piece.source()] = piece.target()
    val provenance = plan.provenance()
    val files = files()
    putJsonArray("tensors") {
      for (info in written.tensors().values) addJsonObject {
        put("name", info.name())
        put("dtype", info.dtype().name)
        put("shape", info.shape().toString())
        val within = files.getValue(info.name())
        // Ranks have their parts of a tensor in several.
        if (within.size == 1) put("file", within.first())
        else putJsonArray("files") { within.forEach { add(JsonPrimitive(it)) } }
        put("sha256", targetHashes.getValue(info.name()))
        putJsonArray("of") {
          for (each in provenance[info.name()].orEmpty()) add(JsonPrimitive(logical.getValue(each)))
        }
      }
    }
  }

  /** The files that hold some of each tensor; what is all zeros is made of nothing, and in one. */
  private fun files(): Map<String, Set<String>> {
    val files = mutableMapOf<String, MutableSet<String>>()
    for (piece in plan.written().mapping().pieces()) files
      .getOrPut(piece.source()) { sortedSetOf() }
      .add(piece.target().file())
    for (file in plan.written().files()) for (entry in file.entries()) files.putIfAbsent(
      entry.info().name(),
      mutableSetOf(file.name()),
    )
    return files
  }

  private fun JsonObjectBuilder.wayBack(back: WayBack) {
    putJsonObject("way_back") {
      put("equal_tensors", back.tensors())
      put("equal_bytes", back.bytes())
      putJsonObject("others") {
        back.others().forEach { (why, tensors) ->
          putJsonArray(why) {
            tensors.forEach { add(JsonPrimitive(it)) }
          }
        }
      }
    }
  }

  private fun JsonObjectBuilder.function(report: Report) {
    putJsonObject("function") {
      put("outcome", report.outcome().name.lowercase())
      put("tokens", report.tokens())
      report.worst().ifPresent { worst ->
        put("greatest_deviation", worst.local().greatest())
        put("at", worst.name())
        put("noise_floor", worst.floor())
      }
      putJsonArray("places") {
        for (place in report.places()) addJsonObject {
          put("name", place.name())
          put("local", place.local().greatest())
          put("floor", place.floor())
          put("accumulated", place.accumulated().greatest())
        }
      }
      putJsonArray("outputs") {
        for (output in report.outputs()) addJsonObject {
          put("name", output.label())
          put("greatest_of_largest", output.greatest())
        }
      }
    }
  }

  companion object {
    /** What the file is called. */
    const val FILE_NAME = "isomorph.json"

    private const val SCHEMA = 1L

    @OptIn(ExperimentalSerializationApi::class)
    private val PRETTY = Json {
      prettyPrint = true
      prettyPrintIndent = "  "
    }
  }
}
