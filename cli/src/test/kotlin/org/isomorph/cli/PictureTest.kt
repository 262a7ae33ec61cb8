package org.isomorph.cli

import com.github.ajalt.mordant.rendering.TextColors.cyan
import com.github.ajalt.mordant.rendering.TextColors.green
import com.github.ajalt.mordant.rendering.TextColors.red
import com.github.ajalt.mordant.rendering.TextStyles.bold
import com.github.ajalt.mordant.rendering.TextStyles.dim
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class PictureTest {
  private val loud = red + bold.style

  @Test
  fun `a verdict is red or green`() {
    assertThat(painted("verdict: same: every piece bit for bit  exit 0"))
      .isEqualTo("${(green + bold.style)("verdict: same")}: every piece bit for bit  exit 0")
    assertThat(painted("verdict: LOCAL FAULT at decoder.3.ffn  exit 2"))
      .isEqualTo("${loud("verdict: LOCAL FAULT")} at decoder.3.ffn  exit 2")
    assertThat(painted("verdict: GLOBAL FAULT, 3 of 5 pieces"))
      .isEqualTo("${loud("verdict: GLOBAL FAULT")}, 3 of 5 pieces")
  }

  @Test
  fun `what is at fault stands out`() {
    assertThat(painted(" decoder.3  7.5e-01 ███  1.0e-06  <- first divergence, row 0, token 4"))
      .isEqualTo(
        " decoder.3  7.5e-01 ${red("███")}  1.0e-06  ${loud("<- first divergence, row 0, token 4")}"
      )
    assertThat(painted(" decoder.4  0  (inherits)"))
      .isEqualTo(" decoder.4  0  ${dim("(inherits)")}")
    assertThat(painted(" inside decoder.3: attn.q ✓ ffn.gate ✗"))
      .isEqualTo(" inside decoder.3: attn.q ${green("✓")} ${red("ffn.gate ✗")}")
  }

  @Test
  fun `what is painted is not painted again`() {
    assertThat(painted("  decoder.0 0.241 ██▍")).isEqualTo("  decoder.0 0.241 ${cyan("██▍")}")
    assertThat(painted("  note: none ✓ ██")).isEqualTo("  ${dim("note: none ✓ ██")}")
    assertThat(painted("nothing of the kind")).isEqualTo("nothing of the kind")
    assertThat(painted("")).isEmpty()
  }
}
