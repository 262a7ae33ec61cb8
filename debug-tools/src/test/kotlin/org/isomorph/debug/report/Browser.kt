package org.isomorph.debug.report

import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.WebSocket
import java.nio.file.Files
import java.nio.file.Path
import java.util.Base64
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.exists
import kotlin.io.path.readLines
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put

/**
 * A Chromium without a window, driven through the DevTools protocol: real clicks and keys, and all
 * that a page complains of.
 */
internal class Browser private constructor(private val process: Process, directory: Path) :
  AutoCloseable {
  private val answers = ConcurrentHashMap<Int, CompletableFuture<JsonObject>>()
  private val last = AtomicInteger()
  private val session: String
  private val socket: WebSocket

  /** Errors of scripts, and what the console was told of them. */
  val complaints = ConcurrentLinkedQueue<String>()

  /** All that was asked for, by whatever way. */
  val requests = ConcurrentLinkedQueue<String>()

  init {
    val announced = directory.resolve("DevToolsActivePort")
    val until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE)
    while (!announced.exists() || announced.readLines().size < 2) {
      check(process.isAlive && System.nanoTime() < until) { "the browser did not start" }
      Thread.sleep(20)
    }
    val (port, path) = announced.readLines()
    socket =
      HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .buildAsync(URI("ws://127.0.0.1:$port$path"), Listener())
        .get(PATIENCE, TimeUnit.SECONDS)
    val target = send(null, "Target.createTarget") { put("url", "about:blank") }
    session =
      send(null, "Target.attachToTarget") {
          put("targetId", target.getValue("targetId"))
          put("flatten", true)
        }
        .getValue("sessionId")
        .jsonPrimitive
        .content
    listOf("Page", "Runtime", "Log", "Network").forEach { call("$it.enable") }
  }

  private inner class Listener : WebSocket.Listener {
    private val text = StringBuilder()

    override fun onText(socket: WebSocket, data: CharSequence, last: Boolean): CompletionStage<*>? {
      text.append(data)
      if (last) {
        received(Json.parseToJsonElement(text.toString()).jsonObject)
        text.clear()
      }
      socket.request(1)
      return null
    }
  }

  private fun received(message: JsonObject) {
    message["id"]?.let {
      answers.remove(it.jsonPrimitive.int)?.complete(message)
      return
    }
    val parameters = message["params"]?.jsonObject ?: return
    when (message["method"]?.jsonPrimitive?.content) {
      "Runtime.exceptionThrown" -> complaints += "$parameters"
      "Runtime.consoleAPICalled" ->
        if (parameters["type"]?.jsonPrimitive?.content in setOf("error", "warning", "assert"))
          complaints += "$parameters"
      "Log.entryAdded" -> complaints += "$parameters"
      "Network.requestWillBeSent" ->
        requests += parameters["request"]?.jsonObject?.get("url")?.jsonPrimitive?.content.orEmpty()
      else -> {}
    }
  }

  private fun send(
    session: String?,
    method: String,
    parameters: JsonObjectBuilder.() -> Unit = {},
  ): JsonObject {
    val id = last.incrementAndGet()
    val answer = CompletableFuture<JsonObject>().also { answers[id] = it }
    val message = buildJsonObject {
      put("id", id)
      put("method", method)
      put("params", buildJsonObject(parameters))
      session?.let { put("sessionId", it) }
    }
    socket.sendText("$message", true).get(PATIENCE, TimeUnit.SECONDS)
    val found = answer.get(PATIENCE, TimeUnit.SECONDS)
    check("error" !in found) { "$method: ${found["error"]}" }
    return found.getValue("result").jsonObject
  }

  fun call(method: String, parameters: JsonObjectBuilder.() -> Unit = {}): JsonObject =
    send(session, method, parameters)

  /** What an expression comes to, within the page. */
  fun value(expression: String): JsonElement {
    val found =
      call("Runtime.evaluate") {
        put("expression", expression)
        put("returnByValue", true)
        put("awaitPromise", true)
      }
    check("exceptionDetails" !in found) { "$expression: ${found["exceptionDetails"]}" }
    return found.getValue("result").jsonObject["value"] ?: JsonNull
  }

  fun text(expression: String): String = value(expression).jsonPrimitive.content

  /** Opens a file, as a double click does. */
  fun open(page: Path) {
    call("Page.navigate") { put("url", page.toUri().toString()) }
    await("document.readyState === 'complete' && document.querySelector('[role=tab]') !== null")
  }

  fun await(expression: String) {
    val until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE)
    while (text("String($expression)") != "true") {
      check(System.nanoTime() < until) { "never came to be: $expression; $complaints" }
      Thread.sleep(20)
    }
  }

  /** Clicks where an element is; [part] from 0 to 1 is how far to the right and down in it. */
  fun click(selector: String, part: Double = 0.5) {
    val quoted = "document.querySelector('${selector.replace("'", "\\'")}')"
    check(text("String($quoted !== null)") == "true") { "no element $selector" }
    value("$quoted.scrollIntoView({ block: 'center', inline: 'center' })")
    fun at(side: String, size: String) =
      value("(box => box.$side + $part * box.$size)($quoted.getBoundingClientRect())")
        .jsonPrimitive
        .double
    val x = at("left", "width")
    val y = at("top", "height")
    for (type in listOf("mouseMoved", "mousePressed", "mouseReleased")) {
      call("Input.dispatchMouseEvent") {
        put("type", type)
        put("x", x)
        put("y", y)
        put("button", if (type == "mouseMoved") "none" else "left")
        put("clickCount", if (type == "mouseMoved") 0 else 1)
      }
    }
  }

  fun press(key: String) {
    for (type in listOf("rawKeyDown", "keyUp")) call("Input.dispatchKeyEvent") {
      put("type", type)
      put("key", key)
      put("code", key)
    }
  }

  fun size(width: Int, height: Int) {
    call("Emulation.setDeviceMetricsOverride") {
      put("width", width)
      put("height", height)
      put("deviceScaleFactor", 1)
      put("mobile", width < 600)
    }
  }

  /** Keeps a picture for people to look at. */
  fun picture(file: Path) {
    val found = call("Page.captureScreenshot") { put("format", "png") }
    Files.createDirectories(file.parent)
    Files.write(file, Base64.getDecoder().decode(found.getValue("data").jsonPrimitive.content))
  }

  override fun close() {
    process.destroy()
    if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
  }

  companion object {
    private const val PATIENCE = 30L
    private val NAMES =
      listOf("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

    /** The first on the path; null where there is none. */
    fun find(): Path? =
      System.getenv("PATH")
        .orEmpty()
        .split(File.pathSeparator)
        .filter { it.isNotEmpty() }
        .flatMap { folder -> NAMES.map { Path.of(folder, it) } }
        .firstOrNull(Files::isExecutable)

    fun start(program: Path, directory: Path): Browser {
      val arguments =
        listOf(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--hide-scrollbars",
          "--remote-debugging-port=0",
          "--user-data-dir=$directory",
          "about:blank",
        )
      val process =
        ProcessBuilder(listOf("$program") + arguments)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
      return try {
        Browser(process, directory)
      } catch (e: Exception) {
        process.destroyForcibly().waitFor()
        throw e
      }
    }
  }
}
