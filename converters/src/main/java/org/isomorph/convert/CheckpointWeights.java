package org.isomorph.convert;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.StoredWeight;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.runtime.Weights;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.OffHeap;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A checkpoint's weights for running its model: each canonical parameter is where the files have
 * it, in whatever layout.
 */
public final class CheckpointWeights implements Weights {
  private final Checkpoint checkpoint;
  private final Map<String, List<Piece<TensorSource, String>>> pieces;

  private CheckpointWeights(
      Checkpoint checkpoint, Map<String, List<Piece<TensorSource, String>>> pieces) {
    this.checkpoint = checkpoint;
    this.pieces = pieces;
  }

  /** The weights of an open checkpoint; no data is read. */
  public static CheckpointWeights of(Checkpoint checkpoint) {
    return new CheckpointWeights(checkpoint, checkpoint.parameters().byTarget());
  }

  @Override
  public StoredWeight find(String parameter) {
    List<Piece<TensorSource, String>> stored = pieces.getOrDefault(parameter, List.of());
    if (stored.isEmpty())
      throw new RunException(checkpoint.directory() + ": the files have no parameter " + parameter);
    Shape shape = checkpoint.table().shape(parameter);
    DType dtype = stored.getFirst().source().dtype();
    List<Part> parts = new ArrayList<>();
    for (Piece<TensorSource, String> piece : stored) {
      if (piece.source().dtype() != dtype)
        throw new RunException(
            "%s: parameter %s is stored as %s in tensor %s and as %s in tensor %s; convert the checkpoint with --dtype first"
                .formatted(
                    checkpoint.directory(),
                    parameter,
                    dtype,
                    stored.getFirst().source().name(),
                    piece.source().dtype(),
                    piece.source().name()));
      parts.add(part(piece.source(), piece.box()));
    }
    return new StoredWeight(dtype, shape, parts);
  }

  private static Part part(TensorSource tensor, Box box) {
    List<Dim> dims = new ArrayList<>();
    for (Box.Dim dim : box.dims())
      dims.add(new Dim(dim.extent(), dim.fromStride(), dim.toStride()));
    if (tensor instanceof StoredTensor stored) {
      long offset = Math.addExact(stored.begin(), stored.dtype().bytes(box.from()));
      return new Part(stored.file(), offset, box.to(), dims);
    }
    return new Part(new StoredWeight.Source.Memory(made(tensor, box)), 0, box.to(), dims);
  }

  /** The elements that a box reads of a tensor that no file holds, and those between them. */
  private static MemorySegment made(TensorSource tensor, Box box) {
    long bytes = tensor.dtype().bytes(box.lastFrom() - box.from() + 1);
    MemorySegment data = OffHeap.allocate(bytes, tensor.dtype().width());
    try {
      tensor.open(TensorSource.StoredBytes.DIRECT).read(box.from(), data);
    } catch (IOException unreadable) {
      throw new RunException(
          "tensor " + tensor.info() + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
    return data;
  }
}
