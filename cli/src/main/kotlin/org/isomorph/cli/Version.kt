package org.isomorph.cli

/** What `--version` prints: all that a report of slow starts or strange behaviour needs. */
internal fun versionText(): String =
  """
  |isomorph ${version()}
  |jdk      ${property("java.runtime.version")} ${property("java.vendor")} ${property("java.home")}
  |aot      ${aotCache() ?: "none"}
  """
    .trimMargin()

internal fun version(): String =
  checkNotNull(Isomorph::class.java.getResource("version.txt")) { "version.txt is not in the jar" }
    .readText()
    .trim()

/** The launcher says which cache it named, the JVM says whether it took it. */
private fun aotCache(): String? =
  System.getProperty("isomorph.aot")?.takeIf { "sharing" in property("java.vm.info") }

private fun property(name: String): String = System.getProperty(name).orEmpty()
