package org.isomorph.megatron;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Storage;
import org.isomorph.dialect.Table;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensorfile.TensorFileException;

/** Reads Megatron's directories, in either format. */
final class MegatronStorage implements Storage {
  private static final Set<String> OWN =
      Set.of(
          MegatronDirectory.TRACKER,
          "metadata.json",
          "progress.txt",
          "run_config.yaml",
          "train_state.pt",
          "latest_train_state.pt",
          "latest_wandb_artifact_path.txt");

  @Override
  public boolean isIn(Path directory) throws IOException {
    return MegatronDirectory.find(directory).isPresent();
  }

  @Override
  public Optional<Config> config(Path directory) throws IOException {
    MegatronDirectory found = find(directory);
    return switch (found.format()) {
      case TORCH -> RankFiles.open(found).config();
      case TORCH_DIST -> DistributedFiles.open(found).config();
    };
  }

  @Override
  public StoredTensors open(Path directory, Model model, Table table) throws IOException {
    MegatronDirectory found = find(directory);
    return switch (found.format()) {
      case TORCH -> new RankTensors(RankFiles.open(found), model, table).stored();
      case TORCH_DIST ->
          new DistributedTensors(DistributedFiles.open(found), model, table).stored();
    };
  }

  private static MegatronDirectory find(Path directory) throws IOException {
    return MegatronDirectory.find(directory)
        .orElseThrow(() ->
            TensorFileException.in(directory, "expected a checkpoint of Megatron's, found none"));
  }

  @Override
  public boolean owns(String file) {
    return OWN.contains(file);
  }
}
