package org.isomorph.dialect;

import java.util.Map;
import java.util.Optional;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;

/**
 * The tensors that a checkpoint has, where a family's configuration does not say enough: T5's head
 * is tied unless the files have one, and Meta's LLaMA files may leave the size of the vocabulary to
 * the token table.
 *
 * @param all the tensors by name, or empty where there are no files (a bare configuration, or a
 *     model still to be written)
 */
public record TensorInfos(Optional<Map<String, TensorInfo>> all) {
  /** No files to look into. */
  public static final TensorInfos UNKNOWN = new TensorInfos(Optional.empty());

  public static TensorInfos of(Map<String, TensorInfo> tensors) {
    return new TensorInfos(Optional.of(Map.copyOf(tensors)));
  }

  /** Whether there are files, and they have this tensor. */
  public boolean has(String name) {
    return all.isPresent() && all.get().containsKey(name);
  }

  /** Whether there are files, and they do not have this tensor. */
  public boolean lack(String name) {
    return all.isPresent() && !all.get().containsKey(name);
  }

  /** The shape of this tensor, if there are files that have it. */
  public Optional<Shape> shape(String name) {
    return all.map(tensors -> tensors.get(name)).map(TensorInfo::shape);
  }
}
