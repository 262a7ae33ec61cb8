package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.isomorph.megatron.Address.Place;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.Window;

/**
 * Which rank holds which part of which tensor: arithmetic on names and shapes, without a file.
 *
 * <p>A logical tensor is one of a layer and, in a mixture, of an expert, numbered over the whole
 * model; queries, keys and values are one, group by group; gate and up projection are one, all gate
 * rows before all up rows; a vocabulary has no padding.
 */
final class Shards {
  private static final String TABLE = "embedding.word_embeddings.weight";
  private static final Address COPIED_HEAD =
      new Address(Place.OUTSIDE, 0, "output_layer.weight", OptionalLong.empty());

  /** Cuts of those parts that ranks do not hold whole, without weight and bias. */
  private static final Map<String, Cut> CUTS =
      Map.ofEntries(
          Map.entry("self_attention.linear_qkv", Cut.ROWS),
          Map.entry("self_attention.linear_q_proj", Cut.ROWS),
          Map.entry("self_attention.linear_q_up_proj", Cut.ROWS),
          Map.entry("self_attention.linear_kv_up_proj", Cut.ROWS),
          Map.entry("self_attention.linear_proj", Cut.COLUMNS),
          Map.entry("mlp.linear_fc1", Cut.HALVES),
          Map.entry("mlp.linear_fc2", Cut.COLUMNS),
          Map.entry("mlp.shared_experts.linear_fc1", Cut.HALVES),
          Map.entry("mlp.shared_experts.linear_fc2", Cut.COLUMNS),
          Map.entry("linear_fc1", Cut.HALVES),
          Map.entry("linear_fc2", Cut.COLUMNS),
          Map.entry("eh_proj", Cut.ROWS),
          Map.entry("embedding.word_embeddings", Cut.VOCABULARY),
          Map.entry("output_layer", Cut.VOCABULARY));

  private final ParallelLayout layout;
  private final Form form;
  private final long padded;

  /** The ranks of each stage. */
  private final List<List<Rank>> stages;

  /**
   * @param padded the rows of a vocabulary with those that are padding
   */
  Shards(ParallelLayout layout, Form form, long padded) {
    this.layout = layout;
    this.form = form;
    this.padded = padded;
    this.stages = IntStream.range(0, layout.pipeline().stages()).mapToObj(layout::ranks).toList();
  }

  /** The vocabulary with padding, as Megatron pads it. */
  static long padded(long vocabulary, long divisor, int tensorRanks) {
    long multiple = Math.multiplyExact(divisor, (long) tensorRanks);
    return Math.multiplyExact(Math.ceilDiv(vocabulary, multiple), multiple);
  }

  /** Whether a tensor's rows are a vocabulary, which may be padded. */
  static boolean isVocabulary(Address address) {
    return CUTS.get(module(address)) == Cut.VOCABULARY;
  }

  /** How the ranks that share a tensor cut it. */
  Cut cut(Address address) {
    String module = module(address);
    boolean bias = address.part().endsWith(".bias");
    boolean down = module.endsWith("_down_proj");
    if (down) return form.cutsDownProjections() ? Cut.ROWS : Cut.WHOLE;
    Cut cut = CUTS.getOrDefault(module, Cut.WHOLE);
    if (cut == Cut.COLUMNS && bias) return Cut.WHOLE;
    return cut == Cut.HALVES && !form.gated() ? Cut.ROWS : cut;
  }

  /** What all ranks hold of a tensor, in the order of the ranks; copies on other stages too. */
  List<Shard> of(TensorInfo tensor) {
    Address address = Address.of(tensor.name());
    List<Shard> shards = new ArrayList<>();
    for (int stage = 0; stage < stages.size(); stage++) {
      // Most stages have nothing of most tensors: their ranks need not be asked.
      List<Integer> passes = passes(stage, address);
      for (Rank rank : passes.isEmpty() ? List.<Rank>of() : stages.get(stage))
        for (int pass : passes) add(shards, rank, pass, tensor, address);
    }
    return shards;
  }

  /** The chunks of a stage that have a tensor, or a copy of it. */
  private List<Integer> passes(int stage, Address address) {
    return IntStream.range(0, layout.pipeline().virtual())
        .filter(pass -> {
          int entry = entry(stage, pass);
          return holds(entry, address) || copies(entry, address);
        })
        .boxed()
        .toList();
  }

  private int entry(int stage, int pass) {
    return pass * layout.pipeline().stages() + stage;
  }

  private void add(List<Shard> shards, Rank rank, int pass, TensorInfo tensor, Address address) {
    int entry = entry(rank.pipeline(), pass);
    if (holds(entry, address) && hasExpert(rank, address))
      shards.add(shard(rank, pass, tensor, address, held(rank, entry, address)));
    if (copies(entry, address)) shards.add(shard(rank, pass, tensor, address, COPIED_HEAD));
  }

  /** Which parts of a tensor, padded if it is a vocabulary, a rank holds. */
  List<Window> windows(TensorInfo tensor, Shard shard) {
    Address address = shard.address();
    return cut(address)
        .windows(tensor.shape(), place(shard.rank(), address), ranks(address), padded);
  }

  private int ranks(Address address) {
    return address.expert().isPresent() ? layout.expertTensor() : layout.tensor();
  }

  private static int place(Rank rank, Address address) {
    return address.expert().isPresent() ? rank.expertTensor() : rank.tensor();
  }

  private Shard shard(Rank rank, int pass, TensorInfo tensor, Address address, Address held) {
    Cut cut = cut(address);
    int ranks = ranks(address);
    return new Shard(
        rank,
        pass,
        tensor.name(),
        address,
        held,
        cut.part(tensor.name(), tensor.shape(), place(rank, address), ranks, padded),
        cut.share(tensor.shape(), ranks, padded));
  }

  /** A tied head is a copy of the table, unless the stage begins with the table itself. */
  private boolean copies(int entry, Address address) {
    return address.part().equals(TABLE) && form.tied() && heads(entry) && !chunk(entry).embeds();
  }

  private boolean embeds(int entry) {
    Pipeline.Chunk chunk = chunk(entry);
    // Whoever predicts further tokens looks them up.
    return chunk.embeds() || chunk.predicts();
  }

  private boolean heads(int entry) {
    return chunk(entry).heads();
  }

  private Pipeline.Chunk chunk(int entry) {
    return layout.pipeline().chunks().get(entry);
  }

  private boolean holds(int entry, Address address) {
    Pipeline.Chunk chunk = chunk(entry);
    return switch (address.place()) {
      case LAYER -> address.layer() >= chunk.first() && address.layer() < chunk.end();
      case NEXT, AROUND_NEXT -> chunk.predicts();
      case OUTSIDE ->
          switch (module(address)) {
            case "embedding.word_embeddings", "embedding.position_embeddings" -> embeds(entry);
            case "decoder.final_layernorm" -> norms(entry);
            default -> heads(entry);
          };
    };
  }

  private boolean hasExpert(Rank rank, Address address) {
    return address.expert().isEmpty()
        || address.expert().getAsLong() / expertsEach() == rank.expert();
  }

  /** The norm behind the layers is where the head is, or where the last layer is before others. */
  private boolean norms(int entry) {
    boolean predicts = layout.pipeline().chunks().stream().anyMatch(Pipeline.Chunk::predicts);
    return predicts ? entry == layout.pipeline().norming() : heads(entry);
  }

  private static String module(Address address) {
    return address.part().substring(0, address.part().lastIndexOf('.'));
  }

  private long expertsEach() {
    return form.experts() / layout.expert();
  }

  private Address held(Rank rank, int entry, Address address) {
    OptionalLong expert =
        address.expert().isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(address.expert().getAsLong() - rank.expert() * expertsEach());
    long layer =
        address.place() == Place.LAYER ? address.layer() - chunk(entry).first() : address.layer();
    return new Address(address.place(), layer, address.part(), expert);
  }
}
