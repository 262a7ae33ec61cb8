package org.isomorph.cli

import org.assertj.core.api.Assertions.assertThat

/** Asserts the contract of a failure: status 1, one message on stderr that says all of [parts]. */
internal fun assertRefused(result: IsomorphProcess.Result, vararg parts: String) {
  assertThat(result.exit).describedAs(result.err).isEqualTo(1)
  assertThat(result.out).isEmpty()
  assertThat(result.err)
    .startsWith("Error: ")
    .contains(*parts)
    .doesNotContain("Exception", "internal error")
    .doesNotContainPattern("(?m)^\\s+at ")
  assertThat(result.err.lines().drop(1).filter { it.isNotEmpty() })
    .describedAs("reasons, one a line")
    .allSatisfy { assertThat(it).startsWith("  - ") }
}
