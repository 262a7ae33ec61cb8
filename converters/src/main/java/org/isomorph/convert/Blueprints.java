package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.convert.Blueprint.Compute.Parameter;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * Puts a checkpoint's blueprint together: its files with the tasks that fill them, and what goes
 * along.
 */
public final class Blueprints {
  private Blueprints() {}

  /**
   * The blueprint of a checkpoint.
   *
   * @param tasks what fills each file, by its name
   * @param beside files that are carried along unchanged
   */
  static Blueprint of(
      WrittenTensors written, Map<String, List<Blueprint.Task>> tasks, List<Path> beside)
      throws IOException {
    List<Blueprint.File> files = new ArrayList<>();
    for (WrittenTensors.File file : written.files())
      files.add(
          new Blueprint.File(
              file.name(),
              file.size(),
              file.fixed().stream()
                  .map(bytes -> new Blueprint.Fixed(bytes.offset(), Bytes.of(bytes.content())))
                  .toList(),
              tasks.getOrDefault(file.name(), List.of()),
              file.seals()));
    List<Blueprint.Small> small = new ArrayList<>();
    new TreeMap<>(written.texts())
        .forEach((name, text) -> small.add(new Blueprint.Small(name, Bytes.utf8(text))));
    List<Blueprint.Carried> carried =
        beside.stream()
            .map(file -> new Blueprint.Carried(file.getFileName().toString(), file))
            .toList();
    return new Blueprint(files, small, carried, PlanDigest.of(files, small, carried));
  }

  /**
   * Adds the computation of a parameter to the tasks of every file that holds some of it. It is
   * done once for each: its tiles are small, and files stay independent.
   *
   * @param tasks what fills each file, by its name
   * @param scatter from the parameter's elements to written ones
   */
  static void compute(
      Map<String, List<Blueprint.Task>> tasks,
      Shape shape,
      Transform transform,
      List<Piece<Blueprint.Source, Parameter>> gather,
      List<Piece<String, WrittenTensors.Entry>> scatter) {
    Map<String, List<Piece<Parameter, Blueprint.Slot>>> byFile = new LinkedHashMap<>();
    for (Piece<String, WrittenTensors.Entry> piece : scatter)
      byFile
          .computeIfAbsent(piece.target().file(), _ -> new ArrayList<>())
          .add(new Piece<>(Parameter.PARAMETER, slot(piece.target()), piece.box()));
    byFile.forEach(
        (file, slots) -> add(tasks, file, new Blueprint.Compute(shape, transform, gather, slots)));
  }

  /** Adds a task to those of a file. */
  static void add(Map<String, List<Blueprint.Task>> tasks, String file, Blueprint.Task task) {
    tasks.computeIfAbsent(file, _ -> new ArrayList<>()).add(task);
  }

  /** A tensor as tasks read it. */
  public static Blueprint.Source source(TensorSource tensor) {
    return tensor instanceof StoredTensor stored
        ? new Blueprint.Span(stored.file(), stored.begin(), stored.dtype())
        : new Blueprint.Derived(tensor);
  }

  static Blueprint.Slot slot(WrittenTensors.Entry entry) {
    return new Blueprint.Slot(entry.offset(), entry.info().dtype());
  }
}
