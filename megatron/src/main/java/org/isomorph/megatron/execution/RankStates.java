package org.isomorph.megatron.execution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.DialectException;
import org.isomorph.megatron.DistributedFiles;
import org.isomorph.megatron.MegatronDirectory;
import org.isomorph.megatron.RankFile;
import org.isomorph.megatron.RankFiles;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.pickle.PickleValue;

/** The files of a checkpoint: its arguments, and what each process loads. */
sealed interface RankStates {
  /** The arguments that the files have. */
  Optional<Config> args();

  /**
   * What files tell that have no arguments: how many processes share the model, and the padding.
   */
  Config outline();

  /** The states of a stage's processes for one chunk. */
  List<RankState> of(Chunk chunk, TransformerConfig config, ParallelState parallel);

  /** Finds a checkpoint; only headers are read. */
  static RankStates open(Path path) throws IOException {
    MegatronDirectory found =
        MegatronDirectory.find(path)
            .orElseThrow(() ->
                new DialectException(
                    path + ": expected a checkpoint of Megatron's to execute, found none"));
    return switch (found.format()) {
      case TORCH -> new Ranks(RankFiles.open(found));
      case TORCH_DIST -> new Distributed(DistributedFiles.open(found));
    };
  }

  /** A file a rank. */
  record Ranks(RankFiles files) implements RankStates {
    @Override
    public Optional<Config> args() {
      return files.config();
    }

    @Override
    public Config outline() {
      int[] sizes = new int[3];
      RankFile first = files.files().getFirst();
      boolean staged = !files.files().stream().allMatch(Ranks::hasTable);
      for (RankFile file : files.files())
        for (int i = 0; i < file.numbers().size(); i++) {
          int axis = i == 1 && file.numbers().size() == 2 && !staged ? 2 : i;
          sizes[axis] = Math.max(sizes[axis], file.numbers().get(i) + 1);
        }
      Map<String, PickleValue> tensors = first.chunks().getFirst();
      PickleValue table = tensors.get(GptModel.TABLE);
      if (table == null)
        throw TensorFileException.in(first.path(), GptModel.TABLE, "expected it on the first rank");
      long rows = first.file().tensor(GptModel.TABLE, table).shape().dim(0);
      return Config.builder()
          .set("tensor_model_parallel_size", sizes[0])
          .set("pipeline_model_parallel_size", Math.max(1, sizes[1]))
          .set("expert_model_parallel_size", Math.max(1, sizes[2]))
          .set("virtual_pipeline_model_parallel_size", first.chunks().size())
          .set("padded_vocab_size", rows * sizes[0])
          .build();
    }

    private static boolean hasTable(RankFile file) {
      return file.chunks().getFirst().containsKey(GptModel.TABLE);
    }

    @Override
    public List<RankState> of(Chunk chunk, TransformerConfig config, ParallelState parallel) {
      Map<String, RankState> byDirectory = new HashMap<>();
      List<RankState> states = new ArrayList<>();
      for (int process = 0; process < parallel.processes(); process++) {
        String name =
            "mp_rank_%02d".formatted(parallel.tensorRank(process))
                + (parallel.stages() > 1 ? "_%03d".formatted(chunk.stage()) : "")
                + (parallel.expert() > 1 ? "_%03d".formatted(parallel.expertRank(process)) : "");
        states.add(
            byDirectory.computeIfAbsent(name, _ -> new TorchRankState(file(name), chunk, config)));
      }
      return states;
    }

    private RankFile file(String directory) {
      return files.files().stream()
          .filter(file -> file.directory().equals(directory))
          .findFirst()
          .orElseThrow(() ->
              TensorFileException.in(
                  files.directory().weights(),
                  "expected the directory %s, which a rank loads from; found none"
                      .formatted(directory)));
    }
  }

  /** Tensors that any ranks can load from. */
  record Distributed(DistributedFiles files) implements RankStates {
    @Override
    public Optional<Config> args() {
      return files.config();
    }

    @Override
    public Config outline() {
      var table = files.weights().tensors().get(GptModel.TABLE);
      if (table == null)
        throw TensorFileException.in(
            files.weights().path(), GptModel.TABLE, "expected it, found none");
      return Config.builder().set("padded_vocab_size", table.info().shape().dim(0)).build();
    }

    @Override
    public List<RankState> of(Chunk chunk, TransformerConfig config, ParallelState parallel) {
      List<RankState> states = new ArrayList<>();
      for (int process = 0; process < parallel.processes(); process++)
        states.add(new DistributedRankState(files.weights(), chunk, config, parallel, process));
      return states;
    }
  }
}
