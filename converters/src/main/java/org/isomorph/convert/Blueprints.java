package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.dialect.Config;
import org.isomorph.sharding.WrittenTensors;

/**
 * Puts a checkpoint's blueprint together: its files with the tasks that fill them, its
 * configuration, what goes along.
 */
final class Blueprints {
  private Blueprints() {}

  /**
   * The blueprint of a checkpoint.
   *
   * @param tasks what fills each file, by its name
   * @param beside files that are carried along unchanged
   */
  static Blueprint of(
      WrittenTensors written,
      Map<String, List<Blueprint.Task>> tasks,
      Config config,
      List<Path> beside)
      throws IOException {
    List<Blueprint.File> files = new ArrayList<>();
    for (WrittenTensors.File file : written.files())
      files.add(
          new Blueprint.File(
              file.name(),
              Bytes.of(file.header()),
              file.size(),
              tasks.getOrDefault(file.name(), List.of())));
    List<Blueprint.Small> small = new ArrayList<>();
    small.add(new Blueprint.Small("config.json", Bytes.utf8(config.json())));
    new TreeMap<>(written.texts())
        .forEach((name, text) -> small.add(new Blueprint.Small(name, Bytes.utf8(text))));
    List<Blueprint.Carried> carried =
        beside.stream()
            .map(file -> new Blueprint.Carried(file.getFileName().toString(), file))
            .toList();
    return new Blueprint(files, small, carried, PlanDigest.of(files, small, carried));
  }
}
