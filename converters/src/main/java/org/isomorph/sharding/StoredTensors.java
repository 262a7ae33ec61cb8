package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.TensorSource;

/**
 * The logical tensors of a checkpoint, and which elements of which files they are.
 *
 * @param tensors by name, in a stable order
 * @param storage from the elements in files to the logical tensors' elements
 */
public record StoredTensors(
    Map<String, TensorInfo> tensors, Mapping<TensorSource, String> storage) {
  public StoredTensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Safetensors, in one file or in shards: each logical tensor is one tensor of one file. */
  public static StoredTensors of(SafetensorsDirectory directory) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    List<Piece<TensorSource, String>> pieces = new ArrayList<>();
    directory
        .tensors()
        .forEach((name, stored) -> {
          tensors.put(name, stored.info());
          if (stored.shape().elements() > 0)
            pieces.add(new Piece<>(stored, name, Box.run(0, 0, stored.shape().elements())));
        });
    return new StoredTensors(tensors, new Mapping<>(pieces));
  }
}
