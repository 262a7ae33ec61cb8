package org.isomorph.sharding;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
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
    Map<String, LogicalTensor> logical = stored.logical();
    Map<String, TensorSource> scaled = new HashMap<>();
    Set<String> used = new HashSet<>();
    Set<String> scales = new LinkedHashSet<>();
    for (String name : logical.keySet()) if (name.endsWith(SUFFIX)) scales.add(name);
    logical.forEach((name, weight) -> {
      if (weight.dtype() != DType.F8_E4M3 || scales.contains(name)) return;
      LogicalTensor scale = scale(weight, logical);
      used.add(scale.name());
      scaled.put(name, new BlockScaledTensor(weight, scale, blockRows, blockColumns));
    });
    scales.removeAll(used);
    if (!scales.isEmpty())
      throw new TensorFileException(
          "tensor %s (%d such): expected scales of an F8_E4M3 tensor, found none called %s; is a shard missing?"
              .formatted(
                  scales.iterator().next(), scales.size(), weight(scales.iterator().next())));
    return stored.presenting(scaled, used);
  }

  /** The scales of a tensor, with a shape that fits it. */
  private LogicalTensor scale(LogicalTensor weight, Map<String, LogicalTensor> stored) {
    LogicalTensor scale = stored.get(weight.name() + SUFFIX);
    if (scale == null)
      throw new TensorFileException(
          "tensor %s: 8-bit floats mean nothing without their scales: expected a tensor %s, found none; is a shard missing?"
              .formatted(weight.info(), weight.name() + SUFFIX));
    if (weight.shape().rank() != 2)
      throw new TensorFileException(
          "tensor %s: expected a matrix, which blocks of %d x %d are cut from"
              .formatted(weight.info(), blockRows, blockColumns));
    Shape expected = shape(weight.shape());
    if (!scale.shape().equals(expected))
      throw new TensorFileException(
          "tensor %s: expected shape %s, a scale for each block of %d x %d of %s, found %s"
              .formatted(
                  scale.name(), expected, blockRows, blockColumns, weight.info(), scale.shape()));
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
