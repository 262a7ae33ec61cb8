package org.isomorph.runtime;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.compile.Standalone;
import org.isomorph.compile.TorchArchive;
import org.isomorph.compile.TorchArchive.Attribute;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;

/**
 * Models as archives that run without Isomorph: {@code torch.jit.load} in Python, {@code
 * torch::jit::load} in C++.
 *
 * @see Standalone
 */
public final class StandaloneArchive {
  private static final int BUFFER = 1 << 20;

  private StandaloneArchive() {}

  /**
   * Writes a model and its weights. One weight at a time is in memory; the file appears when it is
   * whole.
   *
   * @param dtype that it computes in: F32, BF16 or F64; empty for that of its weights
   * @throws RunException if a weight is missing or has another shape than the model says
   */
  public static void write(Path file, Model model, Weights weights, Optional<DType> dtype)
      throws IOException {
    Weights checked = LoadedModel.checked(model, weights);
    DType run = dtype.orElseGet(() -> LoadedModel.stored(model, checked));
    Graph graph = Lowering.of(model);
    Standalone program = Standalone.inside(graph, run);
    List<Attribute> attributes = new ArrayList<>();
    program
        .attributes()
        .forEach((name, parameter) -> {
          Shape shape = checked.find(parameter).shape();
          attributes.add(
              new Attribute(name, run, shape, out -> copy(checked, parameter, run, out)));
        });
    whole(file, out -> TorchArchive.write(out, program.source(), attributes));
  }

  /**
   * Writes a model without its weights: before its first call, {@code bind(directory)} maps them in
   * the files where they are now, and makes what is stored in another layout or dtype.
   *
   * @param directory what the files' names are relative to
   * @param dtype as above
   * @throws RunException if a weight is missing, or not in a file below the directory
   */
  public static void writeUnbound(
      Path file, Model model, Weights weights, Path directory, Optional<DType> dtype)
      throws IOException {
    Weights checked = LoadedModel.checked(model, weights);
    DType run = dtype.orElseGet(() -> LoadedModel.stored(model, checked));
    Graph graph = Lowering.of(model);
    List<String> names = Standalone.outside(graph, run, "").weights();
    List<StoredWeight> stored = names.stream().map(checked::find).toList();
    Sources sources = Sources.of(stored);
    if (!sources.memory().isEmpty())
      throw new RunException("weights outside an archive must be in files");
    BindingTable table = new BindingTable(sources, run, true);
    for (int index = 0; index < names.size(); index++)
      table.add(names.get(index), stored.get(index));
    String source = Standalone.outside(graph, run, binder(sources, directory, run)).source();
    whole(file, out -> TorchArchive.writeUnbound(out, source, table.codes()));
  }

  private static String binder(Sources sources, Path directory, DType run) {
    StringBuilder text = new StringBuilder(BoundWeights.MAKE);
    text.append(
        """
          def bind_files(self: __torch__.M, directory: str, table: List[int], device: str) -> List[Tensor]:
            sources = annotate(List[Tensor], [])
        """);
    Path root = directory.toAbsolutePath().normalize();
    for (Sources.Mapped each : sources.files()) {
      Path path = each.path().toAbsolutePath().normalize();
      if (!path.startsWith(root))
        throw new RunException(path + ": expected a file with weights in " + directory);
      String name = root.relativize(path).toString().replace('\\', '/');
      text.append(
          "    _ = torch.append(sources, torch.from_file(torch.add(directory, %s), False, %d, dtype=0))\n"
              .formatted(quoted("/" + name), each.bytes()));
    }
    text.append(
        "    return (self).make(sources, table, %d, device)\n".formatted(ScalarTypes.of(run)));
    return text.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static void copy(Weights weights, String parameter, DType run, OutputStream out)
      throws IOException {
    try (BoundWeights bound = BoundWeights.bind(weights, List.of(parameter), run, Device.CPU)) {
      byte[] buffer = new byte[BUFFER];
      Bridge.toHost(
          bound.tensors().elements().getFirst(),
          (_, bytes) -> {
            try {
              copy(bytes, buffer, out);
            } catch (IOException failed) {
              throw new UncheckedIOException(failed);
            }
          });
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static void copy(MemorySegment bytes, byte[] buffer, OutputStream out)
      throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += buffer.length) {
      int length = (int) Math.min(buffer.length, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, buffer, 0, length);
      out.write(buffer, 0, length);
    }
  }

  private interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes beside the file first, so that it appears whole or not at all. */
  private static void whole(Path file, Body body) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(
                  partial,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE),
              BUFFER)) {
        body.writeTo(out);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
