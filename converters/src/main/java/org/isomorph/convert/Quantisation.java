package org.isomorph.convert;

import java.util.List;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Table;
import org.isomorph.sharding.BlockScales;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Parameter;
import org.isomorph.tensor.DType;

/**
 * The part of a configuration that says how weights are quantised. It is about files, not about the
 * model: tensors are presented as what they stand for, and families never see it.
 */
final class Quantisation {
  private static final String KEY = "quantization_config";
  private static final String METHOD = "quant_method";
  private static final String BLOCK = "weight_block_size";
  private static final String FP8 = "fp8";

  private Quantisation() {}

  /**
   * The tensors that quantised ones stand for.
   *
   * @throws DialectException if the configuration names a method that is not known
   */
  static StoredTensors present(Config config, StoredTensors stored) {
    BlockScales blocks = config.section(KEY).map(Quantisation::blocks).orElse(usual());
    boolean quantised =
        stored.tensors().values().stream()
            .anyMatch(
                info -> info.dtype() == DType.F8_E4M3 || info.name().endsWith(BlockScales.SUFFIX));
    return quantised ? blocks.present(stored) : stored;
  }

  private static BlockScales blocks(Config section) {
    if (!section.text(METHOD, "nothing").equals(FP8))
      throw section.invalid(
          METHOD,
          FP8
              + ", 8-bit floats with a scale for each block; other methods change the function and"
              + " are not undone here: fetch the checkpoint that was quantised");
    List<Long> sizes = section.numbers(BLOCK);
    if (sizes.size() != 2 || sizes.stream().anyMatch(size -> size < 1))
      throw section.invalid(BLOCK, "the rows and the columns of a block, such as [128, 128]");
    return new BlockScales(sizes.get(0), sizes.get(1));
  }

  private static BlockScales usual() {
    return new BlockScales(BlockScales.USUAL, BlockScales.USUAL);
  }

  /** The configuration of the model that is presented. */
  static Config without(Config config) {
    return config.has(KEY) ? config.without(List.of(KEY)) : config;
  }

  /** The configuration of a model whose matrices are stored in blocks. */
  static Config with(Config config, BlockScales blocks) {
    Config section =
        Config.builder()
            .set("activation_scheme", "dynamic")
            .set("fmt", "e4m3")
            .set(METHOD, FP8)
            .set(BLOCK, List.of(blocks.blockRows(), blocks.blockColumns()))
            .build();
    return config.with(Config.builder().set(KEY, section).build());
  }

  /**
   * Whether a tensor is one that published checkpoints quantise: the matrix of an attention or a
   * feed-forward layer as it is, but no router.
   */
  static boolean applies(Table.Entry entry, Table table) {
    Set<String> parts = entry.layout().parameters();
    if (parts.size() != 1 || entry.shape().rank() != 2) return false;
    String name = parts.iterator().next();
    Parameter parameter = table.parameters().get(name);
    return parameter != null
        && parameter.kind() == Parameter.Kind.MATRIX
        && parameter.shape().equals(entry.shape())
        && (name.contains(".attn.") || name.contains(".ffn."))
        && !name.contains(".router");
  }
}
