package org.isomorph.dialect;

import java.util.List;
import org.isomorph.spec.Model;

/**
 * One family's way of writing models down: its configuration, and its tensors' names and layouts.
 *
 * <p>Implementations are found by {@link java.util.ServiceLoader}; one file a family. They need not
 * decide what can be converted to what: {@link Expression} finds out, by asking for a configuration
 * and reading it back.
 */
public interface Dialect {
  /** What people type: {@code llama}. Small letters, digits and hyphens. */
  String name();

  /** One line for a list of families. */
  String summary();

  /** Other names under which people know it. */
  default List<String> aliases() {
    return List.of();
  }

  /** Whether a configuration is of this family. */
  boolean reads(Config config);

  /**
   * The model that a configuration describes. Every key that changes what the model computes is
   * read; a value that this family cannot compute is refused.
   *
   * @param names the tensors that the checkpoint has, where the configuration does not say enough
   * @throws DialectException naming the key, what was expected and what was found
   */
  Model spec(Config config, TensorNames names);

  /**
   * The configuration that comes nearest to a model. It need not describe the model exactly, or be
   * of any use, if the family cannot express it: whoever asks reads it back and compares.
   */
  Config config(Model model, Spelling spelling);

  /** The family's table, for a model of this family. */
  List<Row> rows(Model model);

  /** Published models. */
  default List<Preset> presets() {
    return List.of();
  }
}
