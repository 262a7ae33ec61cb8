package org.isomorph.tensorfile;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files that an index names: found, and checked to hold what it says, each tensor once. */
final class Shards {
  private static final int SHOWN = 8;

  private Shards() {}

  /**
   * Where files are, in the order of their names.
   *
   * @param indexFile what names them
   * @param kind what they are, in the plural
   * @throws TensorFileException if some are missing
   */
  static List<Path> files(Path directory, Path indexFile, Collection<String> names, String kind) {
    List<Path> files = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      Path file = resolve(directory, indexFile, name);
      if (Files.exists(file)) files.add(file);
      else missing.add(name);
    }
    if (!missing.isEmpty())
      throw TensorFileException.in(
          indexFile,
          "%d of %d %s are missing: %s; fetch them into %s"
              .formatted(missing.size(), names.size(), kind, someOf(missing), directory));
    return files;
  }

  private static Path resolve(Path directory, Path indexFile, String name) {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException unfit) {
      throw new TensorFileException(
          indexFile
              + ": "
              + Names.quoted(name)
              + " is no file name on this system: "
              + unfit.getReason(),
          unfit);
    }
  }

  /** Some names of files, quoted, for a message. */
  static String someOf(List<String> names) {
    String list = String.join(", ", names.stream().limit(SHOWN).map(Names::quoted).toList());
    return names.size() <= SHOWN ? list : list + " and " + (names.size() - SHOWN) + " more";
  }

  /**
   * Checks that shards hold what their index says.
   *
   * @param held the names of the tensors that each file holds
   * @throws TensorFileException if a tensor is in two shards, or not in the one that the index says
   */
  static void check(Path indexFile, SafetensorsIndex index, Map<Path, Set<String>> held) {
    Map<String, String> shardOf = new HashMap<>();
    held.forEach((file, tensors) -> {
      String shard = String.valueOf(file.getFileName());
      for (String tensor : tensors) {
        String other = shardOf.putIfAbsent(tensor, shard);
        if (other != null)
          throw TensorFileException.in(
              indexFile,
              tensor,
              "expected in one shard, found in %s and in %s".formatted(other, shard));
      }
    });
    index
        .weightMap()
        .forEach((tensor, shard) -> {
          String found = shardOf.get(tensor);
          if (!shard.equals(found))
            throw TensorFileException.in(
                indexFile,
                tensor,
                "expected in shard %s, found %s"
                    .formatted(shard, found == null ? "in none" : "in " + found));
        });
  }
}
