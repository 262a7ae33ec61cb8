package org.isomorph.debug.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.debug.compare.ModelAssertions.assertThatModel;

import java.util.Optional;
import org.isomorph.debug.hypothesis.Family;
import org.isomorph.debug.hypothesis.Fault;
import org.isomorph.proof.Subject;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;

class ModelAssertionsTest {
  private static Side side(Family family, String name) {
    return new Side.Running(
        name,
        Subject.of(family.model(), Family.stored(family.model(), family.weights(), DType.F32)),
        Optional.empty());
  }

  @Test
  void theMessageIsTheReport() {
    Family family = Family.llama();
    Family wrong = Fault.all().get(3).of(family, 2).orElseThrow();
    assertThat(
            assertThatModel(side(family, "a"))
                .on(1, 15, 27)
                .computesLike(side(family, "b"))
                .faulty())
        .isEmpty();
    assertThatModel(side(family, "a")).in(DType.BF16).computesLike(side(family, "b"));
    assertThatThrownBy(() -> assertThatModel(side(family, "a")).computesLike(side(wrong, "b")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "b does not compute like a\nverdict: LOCAL FAULT at decoder.2.ffn.gate")
        .hasMessageContaining("<- first divergence")
        .hasMessageContaining("(inherits)")
        .hasMessageContaining("mid ✓ ffn.norm.out ✓ ffn.gate ✗ ffn.up ✗")
        .hasMessageContaining(
            "guess: gate and up swapped - candidate decoder.2.ffn.gate.weight = reference decoder.2.ffn.up.weight (cos 1.000)");
  }
}
