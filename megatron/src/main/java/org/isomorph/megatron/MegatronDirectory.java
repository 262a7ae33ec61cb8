package org.isomorph.megatron;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.FileNames;
import org.isomorph.tensorfile.TensorFileException;

/**
 * Where in a directory a checkpoint of Megatron's is: training programs keep several, one an
 * iteration, and a file that says which is the latest.
 *
 * @param root the directory that somebody named
 * @param weights the one with the weights: the same, or that of the latest iteration
 * @param format how they are kept
 * @param iteration what the file says: a number, or {@code release}; empty where a person named the
 *     directory of one iteration
 */
public record MegatronDirectory(
    Path root, Path weights, MegatronFormat format, Optional<String> iteration) {
  static final String TRACKER = "latest_checkpointed_iteration.txt";
  static final String RELEASE = "release";
  private static final Pattern ITERATION = Pattern.compile("\\d{1,9}");
  private static final int LONGEST = 64;

  /** The checkpoint in a directory, if there is one. */
  public static Optional<MegatronDirectory> find(Path directory) throws IOException {
    if (!Files.isRegularFile(directory.resolve(TRACKER)))
      return format(directory)
          .map(format -> new MegatronDirectory(directory, directory, format, Optional.empty()));
    String said = said(directory.resolve(TRACKER));
    Path weights = directory.resolve(subdirectory(said));
    MegatronFormat format =
        format(weights)
            .orElseThrow(() ->
                TensorFileException.in(
                    directory.resolve(TRACKER),
                    "says %s: expected %s with mp_rank_* directories or a file .metadata, found %s"
                        .formatted(
                            said, weights, Files.isDirectory(weights) ? "neither" : "none there")));
    return Optional.of(new MegatronDirectory(directory, weights, format, Optional.of(said)));
  }

  /** The directory of an iteration. */
  static String subdirectory(String iteration) {
    return iteration.equals(RELEASE)
        ? RELEASE
        : "iter_" + FileNames.padded(Integer.parseInt(iteration), 7);
  }

  private static String said(Path tracker) throws IOException {
    String said =
        Files.size(tracker) > LONGEST
            ? "more than a number"
            : new String(Files.readAllBytes(tracker), StandardCharsets.ISO_8859_1).strip();
    if (!said.equals(RELEASE) && !ITERATION.matcher(said).matches())
      throw TensorFileException.in(
          tracker, "expected the number of an iteration or release, found " + said);
    return said;
  }

  private static Optional<MegatronFormat> format(Path weights) throws IOException {
    if (!Files.isDirectory(weights)) return Optional.empty();
    if (DistributedDirectory.isIn(weights)) return Optional.of(MegatronFormat.TORCH_DIST);
    return rankDirectories(weights).isEmpty()
        ? Optional.empty()
        : Optional.of(MegatronFormat.TORCH);
  }

  /** The directories of ranks, by name. */
  static List<Path> rankDirectories(Path weights) throws IOException {
    try (Stream<Path> entries = Files.list(weights)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith("mp_rank_"))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    }
  }
}
