package org.isomorph.cli

import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.DisabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir

/** `./isomorph` at the repository's root; runs after packaging. */
@DisabledOnOs(OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherTest {
  @TempDir lateinit var temp: Path

  @Test
  fun `second run has a start-up cache and a clean stderr`() {
    IsomorphProcess.launcher().run("--version")
    val result = IsomorphProcess.launcher().run("--version")
    assertThat(result.exit).isZero
    assertThat(result.out).containsPattern("aot {6}/.*\\.aot\n")
    assertThat(result.err).isEmpty()
  }

  @Test
  fun `what Maven has packaged is not built again`() {
    val result = IsomorphProcess.launcher().environment("ISOMORPH_NO_BUILD", null).run("--version")
    assertThat(result.exit).isZero
    assertThat(result.err).doesNotContain("building")
  }

  @Test
  fun `runs from any directory, through symbolic links and names with spaces`() {
    val directory = temp.resolve("a b/c").createDirectories()
    val absolute =
      directory.resolve("absolute").createSymbolicLinkPointingTo(IsomorphProcess.launcher)
    val relative = directory.resolve("rela tive").createSymbolicLinkPointingTo(Path.of("absolute"))
    for (link in listOf(relative, absolute)) {
      val result = IsomorphProcess.launcher(link).directory(temp).run("--version")
      assertThat(result.exit).isZero
      assertThat(result.out).startsWith("isomorph ")
      // JUnit would warn about a link that leads out of the temporary directory.
      link.deleteExisting()
    }
  }

  @Test
  fun `arguments and exit status pass through`() {
    val result = IsomorphProcess.launcher().run("--no such 'option'")
    assertThat(result.exit).isEqualTo(1)
    assertThat(result.err).contains("--no such 'option'")
  }

  @Test
  fun `JAVA_HOME is passed over when it is too old`() {
    val old = temp.resolve("jdk-17")
    val java = old.resolve("bin").createDirectories().resolve("java")
    java.writeText("#!/bin/sh\nexit 42\n")
    java.toFile().setExecutable(true)
    old.resolve("release").writeText("JAVA_VERSION=\"17.0.15\"\n")
    val result =
      IsomorphProcess.launcher()
        .environment("JAVA_HOME", old.toString())
        .environment("JDK_HOME", IsomorphProcess.javaHome.toString())
        .run("--version")
    assertThat(result.out).contains(IsomorphProcess.javaHome.toRealPath().toString())
  }

  @Test
  fun `options for the JVM reach it`() {
    val result =
      IsomorphProcess.launcher()
        .environment("ISOMORPH_JAVA_OPTS", "-XX:-UseSharedSpaces -XX:AOTMode=off")
        .run("--version")
    assertThat(result.exit).isZero
    assertThat(result.out).contains("aot      none")
  }
}
