package org.isomorph.megatron;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Storage;
import org.isomorph.dialect.Table;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensorfile.Headers;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchFile;

/**
 * The files of all ranks of a checkpoint in the format {@code torch}.
 *
 * @param files by the names of their directories
 */
public record RankFiles(MegatronDirectory directory, List<RankFile> files) implements Storage.Kept {
  private static final Pattern NAME =
      Pattern.compile("mp_rank_(\\d{2,4})(?:_(\\d{3,4}))?(?:_(\\d{3,4}))?");

  /** What the file is called; by the second name where optimizers were kept apart. */
  private static final List<String> FILES = List.of("model_optim_rng.pt", "model_rng.pt");

  /** Opens the file of each rank; only pickles are read. */
  public static RankFiles open(MegatronDirectory directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    List<List<Integer>> numbers = new ArrayList<>();
    for (Path rank : MegatronDirectory.rankDirectories(directory.weights())) {
      Matcher name = NAME.matcher(rank.getFileName().toString());
      if (!name.matches())
        throw TensorFileException.in(
            rank, "expected a rank's directory to be called mp_rank_TT, _TT_PPP or _TT_PPP_EEE");
      List<Integer> each = new ArrayList<>();
      for (int group = 1; group <= 3; group++)
        if (name.group(group) != null) each.add(Integer.valueOf(name.group(group)));
      numbers.add(each);
      paths.add(file(rank));
    }
    List<TorchFile> opened = Headers.read(paths, TorchFile::read);
    List<RankFile> files = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      Path parent = paths.get(i).getParent();
      String name = parent == null ? "" : parent.getFileName().toString();
      files.add(new RankFile(name, List.copyOf(numbers.get(i)), opened.get(i)));
    }
    RankFiles all = new RankFiles(directory, List.copyOf(files));
    all.checkAlike();
    return all;
  }

  private static Path file(Path rank) {
    for (String name : FILES)
      if (Files.isRegularFile(rank.resolve(name))) return rank.resolve(name);
    throw TensorFileException.in(
        rank, "expected a file %s, found none; fetch it".formatted(FILES.getFirst()));
  }

  /** Files of several iterations, or of several layouts, are no checkpoint. */
  private void checkAlike() {
    RankFile first = files.getFirst();
    for (RankFile file : files) {
      if (file.numbers().size() != first.numbers().size())
        throw TensorFileException.in(
            directory.weights(),
            "%s and %s are of two layouts; keep the ranks of one"
                .formatted(first.directory(), file.directory()));
      if (!file.iteration().equals(first.iteration()))
        throw TensorFileException.in(
            file.path(),
            "expected iteration %s, as in %s, found %s: ranks of two iterations are mixed"
                .formatted(word(first.iteration()), first.directory(), word(file.iteration())));
    }
    Optional<String> said = directory.iteration().filter(s -> !s.equals(MegatronDirectory.RELEASE));
    if (said.isPresent()
        && first.iteration().isPresent()
        && Long.parseLong(said.get()) != first.iteration().getAsLong())
      throw TensorFileException.in(
          first.path(),
          "expected iteration %s, as %s says, found %d"
              .formatted(said.get(), MegatronDirectory.TRACKER, first.iteration().getAsLong()));
  }

  private static String word(OptionalLong iteration) {
    return iteration.isPresent() ? Long.toString(iteration.getAsLong()) : "none";
  }

  /** The arguments, if the files have them; all have the same. */
  @Override
  public Optional<Config> config() {
    return files.getFirst().config();
  }

  @Override
  public StoredTensors tensors(Model model, Table table) {
    return new RankTensors(this, model, table).stored();
  }
}
