@file:JvmName("Namespaces")

package org.isomorph.megatron

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.doubleOrNull
import kotlinx.serialization.json.longOrNull
import org.isomorph.dialect.Config
import org.isomorph.tensorfile.TorchValue
import org.isomorph.tensorfile.pickle.PickleValue

private const val DEEPEST = 8

/**
 * The attributes of an `argparse.Namespace` as a configuration. Objects of other classes (enums,
 * signals, functions) have no form in it and are left out: no computation depends on one.
 */
internal fun configOf(namespace: PickleValue, file: String): Config {
  val attributes = (namespace as? PickleValue.Instance)?.state()?.orElse(null) ?: namespace
  val tree = json(attributes, 0) as? JsonObject ?: JsonObject(emptyMap())
  return Config.parse(tree.toString(), file)
}

/** A value as JSON; null for what has no such form. */
private fun json(value: PickleValue, depth: Int): JsonElement? =
  when {
    depth > DEEPEST -> null
    value is PickleValue.None -> JsonNull
    value is PickleValue.Bool -> JsonPrimitive(value.value)
    value is PickleValue.Int -> JsonPrimitive(value.value)
    value is PickleValue.BigInt -> JsonPrimitive(value.value)
    value is PickleValue.Real -> if (value.value.isFinite()) JsonPrimitive(value.value) else null
    value is PickleValue.Text -> JsonPrimitive(value.value)
    value is PickleValue.Sequence ->
      value
        .items()
        .map { json(it, depth + 1) }
        .let { items -> if (null in items) null else JsonArray(items.filterNotNull()) }
    value is PickleValue.Dict ->
      JsonObject(
        value
          .byText()
          .mapNotNull { (key, each) -> json(each, depth + 1)?.let { key to it } }
          .toMap()
      )
    else -> null
  }

/** A configuration as an `argparse.Namespace` of plain values, with more attributes over it. */
internal fun namespaceOf(config: Config, over: Map<String, TorchValue>): TorchValue.Namespace {
  val tree = Json.parseToJsonElement(config.json()) as JsonObject
  return TorchValue.Namespace(tree.mapValues { (_, value) -> value(value) } + over)
}

private fun value(json: JsonElement): TorchValue =
  when (json) {
    is JsonNull -> TorchValue.None.NONE
    is JsonArray -> TorchValue.Items(json.map(::value))
    is JsonObject -> TorchValue.Dict(json.mapValues { (_, each) -> value(each) })
    is JsonPrimitive ->
      if (json.isString) TorchValue.Text(json.content)
      else
        json.booleanOrNull?.let { TorchValue.Bool(it) }
          ?: json.longOrNull?.let { TorchValue.Int(it) }
          ?: TorchValue.Real(checkNotNull(json.doubleOrNull) { "$json is no number" })
  }
