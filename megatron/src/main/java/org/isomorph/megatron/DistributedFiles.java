package org.isomorph.megatron;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/**
 * A checkpoint in the format {@code torch_dist}: tensors, and what all ranks have in common.
 *
 * @param tensors the tensors
 * @param common a dict with the arguments and the iteration, as the file {@code common.pt} or, in
 *     newer checkpoints, as an item among the tensors; empty if there is neither
 */
public record DistributedFiles(
    MegatronDirectory directory, DistributedDirectory tensors, Optional<Dict> common) {
  static final String COMMON = "common.pt";
  static final String COMMON_ITEM = "common_state/shard_0_1";

  public static DistributedFiles open(MegatronDirectory directory) throws IOException {
    DistributedDirectory tensors = DistributedDirectory.open(directory.weights());
    return new DistributedFiles(directory, tensors, common(directory, tensors));
  }

  private static Optional<Dict> common(MegatronDirectory directory, DistributedDirectory tensors)
      throws IOException {
    Path file = directory.weights().resolve(COMMON);
    Optional<PickleValue> found =
        Files.isRegularFile(file)
            ? Optional.of(TorchFile.read(file).value())
            : tensors.bytesItems().contains(COMMON_ITEM)
                ? Optional.of(tensors.bytesItem(COMMON_ITEM))
                : Optional.empty();
    // Items of a process are a list of one.
    return found
        .map(value ->
            value.sequence().filter(one -> one.size() == 1).map(List::getFirst).orElse(value))
        .filter(Dict.class::isInstance)
        .map(Dict.class::cast);
  }

  /** The arguments that the model was trained with, and the iteration that it reached. */
  public Optional<Config> config() {
    return common
        .flatMap(dict -> dict.get("args"))
        .map(found ->
            Arguments.withIteration(
                Namespaces.configOf(found, directory.weights().toString()), iteration()));
  }

  private OptionalLong iteration() {
    return common
        .flatMap(dict -> dict.get("iteration"))
        .map(PickleValue::integer)
        .orElse(OptionalLong.empty());
  }
}
