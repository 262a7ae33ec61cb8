package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WeightDifferenceTest {
  private static StoredWeight stored(Tensor tensor) {
    return Weights.of(Map.of("w", tensor)).find("w");
  }

  private static StoredWeight matrix(float... values) {
    return stored(Tensor.ofFloats(Shape.of(3, 2), values));
  }

  @Test
  void equalNumbersDoNotDifferWhateverTheirDType() {
    StoredWeight narrow = matrix(1, 2, 3, 4, 5, 6);
    StoredWeight wide = stored(Tensor.ofDoubles(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    assertThat(WeightDifference.between(narrow, wide))
        .isEqualTo(new WeightDifference(6, 0, 3, 0, -1, 0, 6));
    assertThat(WeightDifference.between(narrow, wide).isNone()).isTrue();
  }

  @Test
  void rowsThatDifferAreCounted() {
    assertThat(WeightDifference.between(matrix(1, 2, 3, 4, 5, 6), matrix(1, 2, 3, 4.5f, 0, 0)))
        .isEqualTo(new WeightDifference(6, 3, 3, 2, 1, 6, 6));
  }

  @Test
  void aMatrixIsComparedTurned() {
    StoredWeight one = stored(Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4));
    StoredWeight other = stored(Tensor.ofFloats(Shape.of(2, 2), 1, 3, 2, 4));
    assertThat(WeightDifference.between(one, other).different()).isEqualTo(2);
    assertThat(WeightDifference.transposed(one, other).isNone()).isTrue();
  }

  @Test
  void vectorsAndScalarsAreCompared() {
    StoredWeight one = stored(Tensor.ofFloats(Shape.of(), 2));
    assertThat(WeightDifference.between(one, stored(Tensor.ofFloats(Shape.of(), 3))).different())
        .isEqualTo(1);
    StoredWeight vector = stored(Tensor.ofFloats(Shape.of(3), 1, 2, Float.NaN));
    assertThat(WeightDifference.between(vector, vector).differentRows()).isEqualTo(1);
    assertThat(WeightDifference.between(vector, vector).greatest()).isNaN();
  }

  @Test
  void otherShapesAreRefused() {
    assertThatThrownBy(() ->
            WeightDifference.between(
                matrix(1, 2, 3, 4, 5, 6), stored(Tensor.ofFloats(Shape.of(2, 3), new float[6]))))
        .isInstanceOf(RunException.class)
        .hasMessage("weights of shapes [3, 2] and [2, 3] are not compared");
  }
}
