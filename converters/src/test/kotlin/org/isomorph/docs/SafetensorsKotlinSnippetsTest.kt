package org.isomorph.docs

import java.lang.foreign.Arena
import java.lang.foreign.ValueLayout
import org.assertj.core.api.Assertions.assertThat
import org.isomorph.tensorfile.SafetensorsFile
import org.isomorph.testing.Printed
import org.junit.jupiter.api.Test

/** Runs the Kotlin that docs/safetensors.md shows. */
class SafetensorsKotlinSnippetsTest {
  @Test
  fun `what is written is read`() {
    val file = SafetensorsSnippetsTest.written()
    val printed = Printed.by {
      // snippet: read in Kotlin
      SafetensorsFile.open(file).use { open ->
        Arena.ofConfined().use { arena ->
          val weight = open.read("weight", arena).toArray(ValueLayout.JAVA_FLOAT)
          println("${open.tensor("weight").info} sums to ${weight.sum()}")
        }
      }
      // end
    }
    assertThat(printed.trim()).isEqualTo("weight F32 [2, 3] sums to 21.0")
  }
}
