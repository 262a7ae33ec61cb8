package org.isomorph.convert;

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
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.StoredTensor;

/**
 * A checkpoint's weights for running its model: each canonical parameter is where the files have
 * it, in whatever layout.
 */
public final class CheckpointWeights implements Weights {
  private final Checkpoint checkpoint;
  private final Map<String, List<Piece<StoredTensor, String>>> pieces;

  private CheckpointWeights(
      Checkpoint checkpoint, Map<String, List<Piece<StoredTensor, String>>> pieces) {
    this.checkpoint = checkpoint;
    this.pieces = pieces;
  }

  /** The weights of an open checkpoint; no data is read. */
  public static CheckpointWeights of(Checkpoint checkpoint) {
    return new CheckpointWeights(checkpoint, checkpoint.parameters().byTarget());
  }

  @Override
  public StoredWeight find(String parameter) {
    List<Piece<StoredTensor, String>> stored = pieces.getOrDefault(parameter, List.of());
    if (stored.isEmpty())
      throw new RunException(checkpoint.directory() + ": the files have no parameter " + parameter);
    Shape shape = checkpoint.table().shape(parameter);
    DType dtype = stored.getFirst().source().dtype();
    List<Part> parts = new ArrayList<>();
    for (Piece<StoredTensor, String> piece : stored) {
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

  private static Part part(StoredTensor tensor, Box box) {
    List<Dim> dims = new ArrayList<>();
    for (Box.Dim dim : box.dims())
      dims.add(new Dim(dim.extent(), dim.fromStride(), dim.toStride()));
    long offset = Math.addExact(tensor.begin(), tensor.dtype().bytes(box.from()));
    return new Part(tensor.file(), offset, box.to(), dims);
  }
}
