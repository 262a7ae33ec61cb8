package org.isomorph.dialect;

import java.util.Optional;
import java.util.Set;

/**
 * The names of the tensors that a checkpoint has, where a family's configuration does not say
 * enough: T5's head is tied unless the files have one.
 *
 * @param all the names, or empty where there are no files (a bare configuration, or a model still
 *     to be written)
 */
public record TensorNames(Optional<Set<String>> all) {
  /** No files to look into. */
  public static final TensorNames UNKNOWN = new TensorNames(Optional.empty());

  public static TensorNames of(Set<String> names) {
    return new TensorNames(Optional.of(Set.copyOf(names)));
  }

  /** Whether there are files, and they have this tensor. */
  public boolean has(String name) {
    return all.isPresent() && all.get().contains(name);
  }

  /** Whether there are files, and they do not have this tensor. */
  public boolean lack(String name) {
    return all.isPresent() && !all.get().contains(name);
  }
}
