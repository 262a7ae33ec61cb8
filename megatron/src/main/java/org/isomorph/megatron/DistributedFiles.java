package org.isomorph.megatron;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Storage;
import org.isomorph.dialect.Table;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/**
 * A checkpoint in the format {@code torch_dist}: tensors, and what all ranks have in common.
 *
 * @param weights the tensors, and items that are none
 * @param common a dict with the arguments and the iteration, as the file {@code common.pt} or, in
 *     newer checkpoints, as an item among the tensors; empty if there is neither
 */
public record DistributedFiles(
    MegatronDirectory directory, DistributedDirectory weights, Optional<Dict> common)
    implements Storage.Kept {
  static final String COMMON = "common.pt";
  static final String COMMON_ITEM = "common_state/shard_0_1";

  public static DistributedFiles open(MegatronDirectory directory) throws IOException {
    DistributedDirectory weights = DistributedDirectory.open(directory.weights());
    return new DistributedFiles(directory, weights, common(directory, weights));
  }

  private static Optional<Dict> common(MegatronDirectory directory, DistributedDirectory weights)
      throws IOException {
    Path file = directory.weights().resolve(COMMON);
    Optional<PickleValue> found =
        Files.isRegularFile(file)
            ? Optional.of(TorchFile.read(file).value())
            : weights.bytesItems().contains(COMMON_ITEM)
                ? Optional.of(weights.bytesItem(COMMON_ITEM))
                : Optional.empty();
    // Items of a process are a list of one.
    return found
        .map(value ->
            value.sequence().filter(one -> one.size() == 1).map(List::getFirst).orElse(value))
        .filter(Dict.class::isInstance)
        .map(Dict.class::cast);
  }

  /** The arguments that the model was trained with, and the iteration that it reached. */
  @Override
  public Optional<Config> config() {
    return common
        .flatMap(dict -> dict.get("args"))
        .map(found ->
            Arguments.withIteration(
                Namespaces.configOf(found, directory.weights().toString()), iteration()));
  }

  @Override
  public StoredTensors tensors(Model model, Table table) {
    return new DistributedTensors(this, model, table).stored();
  }

  private OptionalLong iteration() {
    return common
        .flatMap(dict -> dict.get("iteration"))
        .map(PickleValue::integer)
        .orElse(OptionalLong.empty());
  }
}
