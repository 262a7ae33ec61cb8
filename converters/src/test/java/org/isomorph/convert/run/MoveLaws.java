package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Compute;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.convert.Bytes;
import org.isomorph.convert.Transform;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;
import org.isomorph.layout.Piece;
import org.isomorph.layout.Restriction;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;

/** Whatever the box, the dtypes and the buffers, each element goes where the box says. */
class MoveLaws {
  private static Path directory = Path.of("");

  @BeforeContainer
  static void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("moves");
  }

  @AfterContainer
  static void deleteDirectory() throws IOException {
    Tree.delete(directory);
  }

  @Property(tries = 400)
  void everyElementGoesWhereTheBoxSays(
      @ForAll("boxes") Box box,
      @ForAll("casts") List<DType> dtypes,
      @ForAll("buffers") int buffer,
      @ForAll long seed)
      throws IOException {
    DType from = dtypes.getFirst();
    DType to = dtypes.getLast();
    Path source = random((int) from.bytes(box.lastFrom() + 1) + 3, seed);
    int size = (int) to.bytes(box.lastTo() + 1) + 8;
    Move move = new Move(new Span(source, 3, from), new Slot(5, to), box);

    byte[] expected = new byte[size];
    byte[] input = Files.readAllBytes(source);
    System.arraycopy("head!".getBytes(), 0, expected, 0, 5);
    naive(
        box,
        (f, t) ->
            element(from, input, 3 + (int) from.bytes(f), to, expected, 5 + (int) to.bytes(t)));

    assertThat(execute(size, List.of(move), buffer)).isEqualTo(expected);
  }

  @Property(tries = 200)
  void aComputationGathersTransformsAndScattersEveryElement(
      @ForAll("boxes") Box gather,
      @ForAll("buffers") int buffer,
      @ForAll("floating") DType from,
      @ForAll("floating") DType to,
      @ForAll boolean rows,
      @ForAll long seed)
      throws IOException {
    int elements = (int) gather.lastTo() + 1;
    int columns = divisor(elements, new Random(seed));
    Path source = random((int) from.bytes(gather.lastFrom() + 1), seed);
    Transform transform = new Doubling(rows ? Transform.Need.ROWS : Transform.Need.ELEMENTS);
    // Scattered as a transpose, so that rows do not stay together.
    int height = elements / columns;
    Box scatter = new Box(0, 0, List.of(new Dim(columns, 1, height), new Dim(height, columns, 1)));
    int size = (int) to.bytes(elements) + 5;

    double[] values = new double[elements];
    byte[] input = Files.readAllBytes(source);
    naive(gather, (f, t) -> values[(int) t] = value(from, input, (int) from.bytes(f)));
    if (rows) transform.apply(values, 0, height, columns);
    else transform.apply(values, 0, 1, elements);
    byte[] expected = new byte[size];
    System.arraycopy("head!".getBytes(), 0, expected, 0, 5);
    naive(scatter, (f, t) -> put(values[(int) f], to, expected, 5 + (int) to.bytes(t)));

    Compute compute =
        new Compute(
            Shape.of(height, columns),
            transform,
            List.of(new Piece<>(new Span(source, 0, from), Compute.Parameter.PARAMETER, gather)),
            List.of(new Piece<>(Compute.Parameter.PARAMETER, new Slot(5, to), scatter)));
    assertThat(execute(size, List.of(compute), buffer)).isEqualTo(expected);
  }

  @Property(tries = 25)
  void largeTransposesAreTiled(
      @ForAll("casts") List<DType> dtypes, @ForAll("largeBuffers") int buffer, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    long rows = random.nextInt(100, 700);
    long columns = random.nextInt(100, 700);
    long gap = random.nextInt(3);
    Box box =
        new Box(0, 0, List.of(new Dim(columns, 1, rows + gap), new Dim(rows, columns + gap, 1)));
    everyElementGoesWhereTheBoxSays(box, dtypes, buffer, seed);
  }

  @Property(tries = 60)
  void movesBetweenEachOtherFillTheirTensor(
      @ForAll("columns") List<Integer> columns,
      @ForAll @IntRange(min = 1, max = 16) int rows,
      @ForAll("casts") List<DType> dtypes,
      @ForAll("buffers") int buffer,
      @ForAll long seed)
      throws IOException {
    DType from = dtypes.getFirst();
    DType to = dtypes.getLast();
    Random random = new Random(seed);
    long row = columns.stream().mapToLong(Integer::intValue).sum();
    int sourceBytes = (int) from.bytes(rows * (row + 3));
    Path source = random(sourceBytes, seed);
    byte[] input = Files.readAllBytes(source);
    byte[] expected = new byte[5 + (int) to.bytes(rows * row)];
    System.arraycopy("head!".getBytes(), 0, expected, 0, 5);
    List<Blueprint.Task> tasks = new ArrayList<>();
    long column = 0;
    for (int width : columns) {
      // Cut out of longer rows, or with rows of its own.
      long stride = random.nextBoolean() ? row + 2 : width;
      Box box = new Box(column, column, List.of(new Dim(rows, stride, row), new Dim(width, 1, 1)));
      tasks.add(new Move(new Span(source, 0, from), new Slot(5, to), box));
      naive(
          box,
          (f, t) -> element(from, input, (int) from.bytes(f), to, expected, 5 + (int) to.bytes(t)));
      column += width;
    }
    java.util.Collections.shuffle(tasks, random);
    assertThat(execute(expected.length, tasks, buffer)).isEqualTo(expected);
  }

  @Property(tries = 200)
  void theRestrictionsOfABoxToNeighbouringRangesAreTheBox(
      @ForAll("boxes") Box box, @ForAll boolean bySource, @ForAll("steps") int step) {
    List<List<Long>> expected = new ArrayList<>();
    naive(box, (f, t) -> expected.add(List.of(f, t)));
    List<List<Long>> found = new ArrayList<>();
    long end = (bySource ? box.lastFrom() : box.lastTo()) + 1;
    for (long first = 0; first < end; first += step) {
      long low = first;
      long high = first + step;
      for (Box part :
          bySource ? Restriction.ofSource(box, low, high) : Restriction.ofTarget(box, low, high))
        naive(
            part,
            (f, t) -> {
              assertThat(bySource ? f : t).isBetween(low, high - 1);
              found.add(List.of(f, t));
            });
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Property(tries = 200)
  void manyRunsFuseAndStayInPlace(@ForAll("buffers") int buffer, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    Path source = random(2000, seed);
    byte[] input = Files.readAllBytes(source);
    byte[] expected = new byte[3000];
    System.arraycopy("head!".getBytes(), 0, expected, 0, 5);
    List<Blueprint.Task> tasks = new ArrayList<>();
    for (int to = 5; to < 2500; ) {
      int length = 1 + random.nextInt(200);
      int from = random.nextInt(3) == 0 && to + length < 2000 ? to : random.nextInt(1800);
      tasks.add(Fixture.move(source, from, to, length));
      System.arraycopy(input, from, expected, to, length);
      to += length + (random.nextInt(4) == 0 ? random.nextInt(20) : 0);
    }
    java.util.Collections.shuffle(tasks, random);
    assertThat(execute(3000, tasks, buffer)).isEqualTo(expected);
  }

  @Provide
  Arbitrary<Integer> buffers() {
    return Arbitraries.of(64, 72, 100, 256, 1000, 8192, 1 << 20);
  }

  @Provide
  Arbitrary<Integer> largeBuffers() {
    return Arbitraries.of(20_000, 100_000, 1 << 20, 8 << 20);
  }

  @Provide
  Arbitrary<List<Integer>> columns() {
    return Arbitraries.integers().between(60, 400).list().ofMinSize(2).ofMaxSize(4);
  }

  @Provide
  Arbitrary<Integer> steps() {
    return Arbitraries.of(1, 2, 3, 7, 20, 1000);
  }

  @Provide
  Arbitrary<DType> floating() {
    return Arbitraries.of(DType.F64, DType.F32, DType.F16, DType.BF16);
  }

  @Provide
  Arbitrary<List<DType>> casts() {
    return Arbitraries.oneOf(
        Arbitraries.of(DType.U8, DType.BF16, DType.I32, DType.F64, DType.F8_E4M3)
            .map(each -> List.of(each, each)),
        floating().list().ofSize(2));
  }

  /** Boxes of up to four axes in any order on the source side, with gaps and repeats. */
  @Provide
  Arbitrary<Box> boxes() {
    Arbitrary<Long> extents = Arbitraries.longs().between(1, 9);
    return Combinators.combine(
            extents.list().ofMinSize(0).ofMaxSize(4),
            Arbitraries.randomValue(random -> random.nextLong()))
        .as(MoveLaws::box);
  }

  private static Box box(List<Long> extents, long seed) {
    Random random = new Random(seed);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) order.add(i);
    long[] from = new long[extents.size()];
    long span = 1;
    java.util.Collections.shuffle(order, random);
    for (int axis : order) {
      if (random.nextInt(8) == 0) continue; // repeats
      from[axis] = span + gap(random);
      span = from[axis] * extents.get(axis);
    }
    if (random.nextBoolean()) java.util.Collections.shuffle(order, random);
    long[] to = new long[extents.size()];
    span = 1;
    for (int axis : order) {
      to[axis] = span + gap(random);
      span = to[axis] * extents.get(axis);
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) dims.add(new Dim(extents.get(i), from[i], to[i]));
    return new Box(random.nextInt(5), random.nextInt(5), dims);
  }

  private static int gap(Random random) {
    return random.nextInt(3) == 0 ? random.nextInt(4) : 0;
  }

  private static int divisor(int number, Random random) {
    int divisor = 1 + random.nextInt(number);
    while (number % divisor != 0) divisor--;
    return divisor;
  }

  private interface Pair {
    void elements(long from, long to);
  }

  /** All pairs of a box, by its definition. */
  private static void naive(Box box, Pair pair) {
    naive(box.dims(), box.from(), box.to(), pair);
  }

  private static void naive(List<Dim> dims, long from, long to, Pair pair) {
    if (dims.isEmpty()) pair.elements(from, to);
    else
      for (long i = 0; i < dims.getFirst().extent(); i++)
        naive(
            dims.subList(1, dims.size()),
            from + i * dims.getFirst().fromStride(),
            to + i * dims.getFirst().toStride(),
            pair);
  }

  private static void element(DType from, byte[] input, int at, DType to, byte[] output, int goal) {
    Casts.cast(
        from,
        MemorySegment.ofArray(input).asSlice(at, from.width()),
        to,
        MemorySegment.ofArray(output).asSlice(goal, to.width()),
        1);
  }

  private static double value(DType from, byte[] input, int at) {
    double[] value = new double[1];
    Casts.cast(
        from,
        MemorySegment.ofArray(input).asSlice(at, from.width()),
        DType.F64,
        MemorySegment.ofArray(value),
        1);
    return value[0];
  }

  private static void put(double value, DType to, byte[] output, int at) {
    Casts.cast(
        DType.F64,
        MemorySegment.ofArray(new double[] {value}),
        to,
        MemorySegment.ofArray(output).asSlice(at, to.width()),
        1);
  }

  /** Depends on an element's number and, for rows, its column: wrong if rows are cut. */
  private record Doubling(Need need) implements Transform {
    @Override
    public void apply(double[] tile, long first, int rows, int columns) {
      double bonus = need == Need.ROWS ? columns : 0;
      for (int i = 0; i < rows * columns; i++)
        tile[i] = 2 * tile[i] + bonus + (first + i) % 7 + (need == Need.ROWS ? i % columns : 0);
    }

    @Override
    public String rounding() {
      return "to nearest";
    }
  }

  private static Path random(int size, long seed) throws IOException {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    Path directory = Files.createDirectories(MoveLaws.directory.resolve("source"));
    return Files.write(directory.resolve("weights"), bytes);
  }

  private static byte[] execute(int size, List<Blueprint.Task> tasks, int buffer)
      throws IOException {
    Path target = directory.resolve("target");
    Tree.delete(target);
    Blueprint blueprint =
        new Blueprint(
            List.of(new Blueprint.File("big", Bytes.utf8("head!"), size, tasks)),
            List.of(),
            List.of(),
            "digest");
    Executor.run(blueprint, target, new Options(2, false, buffer), ProgressListener.NONE);
    return Files.readAllBytes(target.resolve("big"));
  }
}
