package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TensorSource;

/**
 * Presents matrices of 8-bit floats, each with a second tensor of scales, one for each block, as
 * one bfloat16 tensor: whoever reads a checkpoint need not know that it is quantised.
 *
 * @param blockRows rows of a block
 * @param blockColumns columns of a block
 */
public record BlockScales(long blockRows, long blockColumns) {
  /** What the scales' tensor is called: DeepSeek-V3 names it after what it would be if divided. */
  public static final String SUFFIX = "_scale_inv";

  /** Rows and columns of a block in every published checkpoint. */
  public static final long USUAL = 128;

  public BlockScales {
    if (blockRows < 1 || blockColumns < 1)
      throw new IllegalArgumentException(
          "a block has at least one element: " + blockRows + " x " + blockColumns);
  }

  /**
   * The same checkpoint without 8-bit floats.
   *
   * @throws TensorFileException if one of them has no scales, or scales of another shape, or if
   *     scales belong to nothing
   */
  public StoredTensors present(StoredTensors stored) {
    Map<String, List<Piece<TensorSource, String>>> pieces = stored.storage().byTarget();
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> storage = new ArrayList<>();
    Set<String> scales = new LinkedHashSet<>();
    for (String name : stored.tensors().keySet()) if (name.endsWith(SUFFIX)) scales.add(name);
    stored
        .tensors()
        .forEach((name, info) -> {
          if (scales.contains(name)) return;
          if (info.dtype() != DType.F8_E4M3) {
            tensors.put(name, info);
            storage.addAll(pieces.getOrDefault(name, List.of()));
            return;
          }
          TensorInfo scale = scale(info, stored);
          scales.remove(scale.name());
          TensorSource scaled =
              new BlockScaledTensor(
                  new LogicalTensor(info, pieces.getOrDefault(name, List.of())),
                  new LogicalTensor(scale, pieces.getOrDefault(scale.name(), List.of())),
                  blockRows,
                  blockColumns);
          tensors.put(name, scaled.info());
          long elements = info.shape().elements();
          if (elements > 0) storage.add(new Piece<>(scaled, name, Box.run(0, 0, elements)));
        });
    if (!scales.isEmpty())
      throw new TensorFileException(
          "tensor %s (%d such): expected scales of an F8_E4M3 tensor, found none called %s; is a shard missing?"
              .formatted(
                  scales.iterator().next(), scales.size(), weight(scales.iterator().next())));
    return new StoredTensors(tensors, new Mapping<>(storage), stored.replicas());
  }

  /** The scales of a tensor, with a shape that fits it. */
  private TensorInfo scale(TensorInfo weight, StoredTensors stored) {
    TensorInfo scale = stored.tensors().get(weight.name() + SUFFIX);
    if (scale == null)
      throw new TensorFileException(
          "tensor %s: 8-bit floats mean nothing without their scales: expected a tensor %s, found none; is a shard missing?"
              .formatted(weight, weight.name() + SUFFIX));
    if (weight.shape().rank() != 2)
      throw new TensorFileException(
          "tensor %s: expected a matrix, which blocks of %d x %d are cut from"
              .formatted(weight, blockRows, blockColumns));
    Shape expected = shape(weight.shape());
    if (!scale.shape().equals(expected))
      throw new TensorFileException(
          "tensor %s: expected shape %s, a scale for each block of %d x %d of %s, found %s"
              .formatted(scale.name(), expected, blockRows, blockColumns, weight, scale.shape()));
    return scale;
  }

  /** The shape of the scales of a matrix: blocks at its edges may be cut off. */
  public Shape shape(Shape matrix) {
    return Shape.of(
        Math.ceilDiv(matrix.dim(0), blockRows), Math.ceilDiv(matrix.dim(1), blockColumns));
  }

  private static String weight(String scale) {
    return scale.substring(0, scale.length() - SUFFIX.length());
  }
}
