package org.isomorph.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class OffHeapTest {
  private static final long PART = 64L << 20;

  @Test
  void whatNobodyHasIsFreedThoughTheHeapIsSmall() {
    MemorySegment kept = OffHeap.allocate(PART, 64).asReadOnly().asSlice(PART - 8, 8);
    long most = 0;
    for (int part = 0; part < 24; part++) {
      OffHeap.allocate(PART, 64);
      most = Math.max(most, OffHeap.held());
    }
    // 1.5 GB went by. What is freed by another thread may be freed a little late.
    assertThat(most).isBetween(PART, 3 * OffHeap.LEAST);
    assertThat(kept.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isZero();
  }

  @Test
  void largeTensorsAreOutsideOfTheHeap() {
    long before = OffHeap.held();
    Tensor large = Tensor.filled(DType.F32, Shape.of(1 << 20), _ -> {});
    assertThat(OffHeap.held() - before).isPositive();
    assertThat(large.data().isNative()).isTrue();
    assertThat(Tensor.ofFloats(Shape.of(2), 1, 2).data().isNative()).isFalse();
  }
}
