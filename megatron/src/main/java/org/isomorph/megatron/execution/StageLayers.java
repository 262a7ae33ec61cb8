package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.megatron.MegatronException;

/**
 * Which layers each chunk has, by the rules and arguments by which Megatron builds its modules; how
 * many layers files hold is not asked.
 */
final class StageLayers {
  private static final String LAYOUT = "pipeline_model_parallel_layout";

  private StageLayers() {}

  /** The chunks in the order in which a token passes them. */
  static List<Chunk> of(Config args, ParallelState parallel, int layers) {
    List<Integer> counts = new ArrayList<>();
    if (args.has(LAYOUT)) counts.addAll(LayoutText.layers(args.text(LAYOUT)));
    else
      for (int pass = 0; pass < parallel.virtual(); pass++)
        for (int stage = 0; stage < parallel.stages(); stage++)
          counts.add(count(args, parallel, layers, stage, pass));
    int entries = Math.multiplyExact(parallel.stages(), parallel.virtual());
    int built = counts.stream().mapToInt(Integer::intValue).sum();
    if (counts.size() != entries || built != layers)
      throw new MegatronException(
          "%s: expected %d layers in %d chunks, the arguments make it %d in %d"
              .formatted(parallel, layers, entries, built, counts.size()));
    List<Chunk> chunks = new ArrayList<>();
    int first = 0;
    for (int entry = 0; entry < entries; entry++) {
      int stage = entry % parallel.stages(), pass = entry / parallel.stages();
      chunks.add(
          new Chunk(stage, pass, entry == 0, first, counts.get(entry), entry == entries - 1));
      first += counts.get(entry);
    }
    return chunks;
  }

  private static int count(Config args, ParallelState parallel, int layers, int stage, int pass) {
    boolean first = stage == 0, last = stage == parallel.stages() - 1;
    OptionalLong head = args.optionalNumber("decoder_first_pipeline_num_layers");
    OptionalLong tail = args.optionalNumber("decoder_last_pipeline_num_layers");
    if (head.isEmpty() && tail.isEmpty()) return evenly(args, parallel, layers, stage, pass);
    long left = layers - head.orElse(0) - tail.orElse(0);
    int stages = parallel.stages() - (head.isPresent() ? 1 : 0) - (tail.isPresent() ? 1 : 0);
    long own =
        first && head.isPresent()
            ? head.getAsLong()
            : last && tail.isPresent()
                ? tail.getAsLong()
                : ParallelState.divide(left, Math.max(1, stages), "layers between the ends");
    return ParallelState.divide(own, parallel.virtual(), "layers of " + stage + ". stage");
  }

  private static int evenly(Config args, ParallelState parallel, int layers, int stage, int pass) {
    boolean embedding = args.flag("account_for_embedding_in_pipeline_split", false);
    boolean loss = args.flag("account_for_loss_in_pipeline_split", false);
    long counted = (long) layers + (embedding ? 1 : 0) + (loss ? 1 : 0);
    int own = ParallelState.divide(counted, parallel.stages(), "layers");
    int chunk = ParallelState.divide(own, parallel.virtual(), "layers of a stage");
    if (embedding && stage == 0 && pass == 0) chunk--;
    if (loss && stage == parallel.stages() - 1 && pass == parallel.virtual() - 1) chunk--;
    return chunk;
  }
}
