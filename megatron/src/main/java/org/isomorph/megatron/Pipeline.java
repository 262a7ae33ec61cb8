package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.List;

/**
 * Which layers each stage of a pipeline holds. With virtual stages a rank holds several chunks, and
 * a token passes through all ranks once for each.
 *
 * @param stages the ranks of the pipeline
 * @param virtual how many chunks each rank holds; 1 without virtual stages
 * @param chunks in the order in which a token passes them: chunk v of stage p is entry {@code v *
 *     stages + p}
 */
public record Pipeline(int stages, int virtual, List<Chunk> chunks) {
  /**
   * What one stage holds of one pass.
   *
   * @param embeds whether it begins with the token table
   * @param first its first layer, counted over the whole model
   * @param layers how many it has; none is possible
   * @param predicts whether it holds the layers that predict further tokens
   * @param heads whether it ends with the language model's head
   */
  public record Chunk(boolean embeds, int first, int layers, boolean predicts, boolean heads) {
    /** The layer behind its last one. */
    public int end() {
      return first + layers;
    }

    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      if (embeds) parts.add("embedding");
      if (layers == 1) parts.add("layer " + first);
      if (layers > 1) parts.add("layers " + first + " to " + (end() - 1));
      if (predicts) parts.add("next tokens");
      if (heads) parts.add("head");
      return parts.isEmpty() ? "nothing" : String.join(", ", parts);
    }
  }

  /** What is known of a chunk before the layers in front of it are counted. */
  record Content(boolean embeds, int layers, boolean predicts, boolean heads) {}

  public Pipeline {
    chunks = List.copyOf(chunks);
    if (chunks.size() != Math.multiplyExact(stages, virtual))
      throw new MegatronException(
          "%d stages of %d chunks: expected %d chunks, found %d"
              .formatted(stages, virtual, stages * virtual, chunks.size()));
  }

  /** The pipeline of these chunks, in the order in which a token passes them. */
  static Pipeline of(int stages, int virtual, List<Content> contents) {
    List<Chunk> chunks = new ArrayList<>();
    int first = 0;
    for (Content content : contents) {
      chunks.add(
          new Chunk(
              content.embeds(), first, content.layers(), content.predicts(), content.heads()));
      first = Math.addExact(first, content.layers());
    }
    return new Pipeline(stages, virtual, chunks);
  }

  /** One stage of all layers. */
  public static Pipeline whole(int depth, boolean predicts) {
    return new Pipeline(1, 1, List.of(new Chunk(true, 0, depth, predicts, true)));
  }

  /** Chunk {@code pass} of a stage. */
  public Chunk chunk(int stage, int pass) {
    return chunks.get(pass * stages + stage);
  }

  /** The layers of the whole model. */
  public int depth() {
    return chunks.getLast().end();
  }

  /** The number of the entry whose last layer is the model's, behind which the last norm stands. */
  public int norming() {
    for (int i = chunks.size() - 1; i >= 0; i--) if (chunks.get(i).layers() > 0) return i;
    return chunks.size() - 1;
  }
}
