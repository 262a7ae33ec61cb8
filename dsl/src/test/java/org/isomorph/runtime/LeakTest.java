package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Native memory does not grow with use. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class LeakTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final int VALUES = 256 * 1024; // 1 MiB

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    // Threads that wait for each other take long where other processes want the cores too.
    Torch.threads(1);
  }

  private interface Action {
    void run() throws IOException;
  }

  /** How much the memory of this process grows while an action is repeated, once it is warm. */
  private static long growth(int times, Action action) throws IOException {
    for (int i = 0; i < times / 4; i++) action.run();
    long before = anonymous();
    for (int i = 0; i < times; i++) action.run();
    return anonymous() - before;
  }

  /** Bytes in memory that are neither pages of files nor the heap. */
  private static long anonymous() throws IOException {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    return -heap
        + Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("RssAnon:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
            .findFirst()
            .orElseThrow();
  }

  private static long mappings(Path file) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.endsWith(file.toString())).count();
    }
  }

  @Test
  void callsLeaveNothingBehind() throws IOException {
    Tensor tensor = Tensor.ofFloats(Shape.of(VALUES), new float[VALUES]);
    try (Program program =
        Scripts.load(
            """
            forward(x: Tensor) -> Tuple[Dict[str, Tensor], List[Tensor]]:
            d = annotate(Dict[str, Tensor], {})
            d["twice"] = torch.mul(x, 2)
            return (d, [torch.mul(x, 3)])\
            """)) {
      long grown =
          growth(
              400,
              () -> {
                try (NativeValue x = NativeValue.of(tensor, Device.CPU);
                    NativeValue result = program.call("forward", x)) {
                  List<NativeValue> parts = result.elements();
                  parts.getFirst().entries().get("twice").tensor();
                  parts.getLast().elements().getFirst().tensor();
                }
              });
      // Any one value left open each time would be 400 MiB.
      assertThat(grown).isLessThan(200 * MEBIBYTE);
    }
  }

  @Test
  void failuresLeaveNothingBehind() throws IOException {
    Tensor tensor = Tensor.ofFloats(Shape.of(VALUES), new float[VALUES]);
    try (Program program =
        Scripts.load("forward(x: Tensor) -> Tensor:\nreturn torch.view(x, [7, 7])")) {
      long grown =
          growth(
              200,
              () -> {
                try (NativeValue x = NativeValue.of(tensor, Device.CPU)) {
                  assertThatThrownBy(() -> program.call("forward", x))
                      .isInstanceOf(RunException.class);
                }
              });
      assertThat(grown).isLessThan(100 * MEBIBYTE);
    }
  }

  @Test
  void loadingAndBindingLeavesNothingBehind() throws IOException {
    Path file = Files.write(folder.resolve("weights"), new byte[4 * VALUES + 1]);
    StoredWeight mapped =
        new StoredWeight(
            DType.F32,
            Shape.of(VALUES),
            List.of(new Part(file, 0, 0, List.of(new Dim(VALUES, 1, 1)))));
    StoredWeight made =
        new StoredWeight(
            DType.F32,
            Shape.of(VALUES),
            List.of(new Part(file, 1, 0, List.of(new Dim(VALUES, 1, 1)))));
    StringBuilder text = new StringBuilder("forward(w: List[Tensor]) -> Tensor:\nx = w[1]\n");
    for (int i = 0; i < 100; i++) text.append("x = torch.add(x, w[0])\n");
    String method = text.append("return x").toString();
    long grown =
        growth(
            100,
            () -> {
              try (Program program = Scripts.load(method);
                  BoundWeights bound =
                      BoundWeights.bind(
                          name -> name.equals("mapped") ? mapped : made,
                          List.of("mapped", "made"),
                          DType.F32,
                          Device.CPU);
                  NativeValue result = program.call("forward", bound.tensors())) {
                assertThat(result.isTensor()).isTrue();
              }
            });
    // A weight left open each time would be 100 MiB.
    assertThat(grown).isLessThan(50 * MEBIBYTE);
    assertThat(mappings(file)).isZero();
  }
}
