package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;

/** Windows cover a tensor exactly where counting its elements says so. */
class WindowCoverLaws {
  /** A shape of extents 1 to 6, and a partition of it by random straight cuts. */
  static List<Window> partition(Shape shape, Random random) {
    List<Window> windows = new ArrayList<>(List.of(Window.whole(shape)));
    for (int cut = 0; cut < 8 && shape.rank() > 0; cut++) {
      int axis = random.nextInt(shape.rank());
      Window window = windows.remove(random.nextInt(windows.size()));
      long size = window.sizes().dim(axis);
      long first = size < 2 ? size : 1 + random.nextLong(size - 1);
      windows.add(part(window, axis, window.begin(axis), first));
      if (first < size) windows.add(part(window, axis, window.begin(axis) + first, size - first));
    }
    Collections.shuffle(windows, random);
    return windows;
  }

  private static Window part(Window window, int axis, long begin, long size) {
    List<Long> offsets = new ArrayList<>(window.offsets());
    offsets.set(axis, begin);
    return new Window(offsets, window.sizes().with(axis, size));
  }

  static Shape shape(int rank, Random random) {
    return Shape.of(random.longs(rank, 1, 7).toArray());
  }

  private static boolean covers(Shape shape, List<Window> windows) {
    int[] counts = new int[(int) shape.elements()];
    for (Window window : windows)
      for (int element = 0; element < counts.length; element++) {
        long rest = element;
        boolean inside = true;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
          long index = rest % shape.dim(axis);
          rest /= shape.dim(axis);
          inside &= index >= window.begin(axis) && index < window.end(axis);
        }
        if (inside) counts[element]++;
      }
    for (int count : counts) if (count != 1) return false;
    return true;
  }

  @Property
  void aPartitionCoversAndNothingElseDoes(@ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
    Random random = new Random(seed);
    Shape shape = shape(rank, random);
    List<Window> windows = partition(shape, random);
    assertThat(WindowCover.problem(shape, windows)).isEmpty();
    Window changed = windows.remove(random.nextInt(windows.size()));
    assertThat(WindowCover.problem(shape, windows)).isPresent();
    if (rank == 0) return;
    int axis = random.nextInt(rank);
    long begin = random.nextLong(shape.dim(axis));
    long size = 1 + random.nextLong(shape.dim(axis) - begin);
    windows.add(part(changed, axis, begin, size));
    assertThat(WindowCover.problem(shape, windows).isEmpty()).isEqualTo(covers(shape, windows));
  }

  @Test
  void aPinwheelThatNoCutPartsIsCompared() {
    List<Window> windows =
        new ArrayList<>(
            List.of(
                new Window(List.of(0L, 0L), Shape.of(1, 2)),
                new Window(List.of(0L, 2L), Shape.of(2, 1)),
                new Window(List.of(2L, 1L), Shape.of(1, 2)),
                new Window(List.of(1L, 0L), Shape.of(2, 1)),
                new Window(List.of(1L, 1L), Shape.of(1, 1))));
    assertThat(WindowCover.problem(Shape.of(3, 3), windows)).isEmpty();
    windows.removeLast();
    assertThat(WindowCover.problem(Shape.of(3, 3), windows))
        .contains("chunks have 8 of the 9 elements of [0:3, 0:3]");
  }

  @Test
  void aGridOfExpertsIsCheckedAtOnce() {
    List<Window> windows = new ArrayList<>();
    for (long layer = 0; layer < 60; layer++)
      for (long expert = 0; expert < 256; expert++)
        for (long part = 0; part < 4; part++)
          windows.add(new Window(List.of(layer, expert, 512 * part), Shape.of(1, 1, 512)));
    Collections.shuffle(windows, new Random(1));
    assertThat(WindowCover.problem(Shape.of(60, 256, 2048), windows)).isEmpty();
  }

  @Test
  void manyWindowsInDisorderAreRefusedBeforeTheyAreCompared() {
    List<Window> windows = new ArrayList<>();
    for (long i = 0; i < 1500; i++) windows.add(new Window(List.of(i), Shape.of(2)));
    assertThat(WindowCover.problem(Shape.of(1501), windows))
        .contains("1500 chunks of [0:1501] overlap, or are arranged as no program does");
  }
}
