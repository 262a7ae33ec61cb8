package org.isomorph.megatron;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.isomorph.dialect.Storage;

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
  public Optional<Kept> open(Path directory) throws IOException {
    Optional<MegatronDirectory> found = MegatronDirectory.find(directory);
    if (found.isEmpty()) return Optional.empty();
    return Optional.of(
        switch (found.get().format()) {
          case TORCH -> RankFiles.open(found.get());
          case TORCH_DIST -> DistributedFiles.open(found.get());
        });
  }

  @Override
  public boolean owns(String file) {
    return OWN.contains(file);
  }
}
