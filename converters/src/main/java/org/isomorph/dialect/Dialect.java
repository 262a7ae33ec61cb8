package org.isomorph.dialect;

import java.util.List;
import java.util.Optional;
import org.isomorph.sharding.SafetensorsSharding;
import org.isomorph.sharding.Sharding;
import org.isomorph.spec.Model;

/**
 * One family's way of writing models down: its configuration, and its tensors' names and layouts.
 *
 * <p>Implementations are found by {@link java.util.ServiceLoader}; one file a family. They need not
 * decide what can be converted to what: {@link Expression} finds out, by asking for a configuration
 * and reading it back.
 */
public interface Dialect {
  /** What most families call the file with the configuration. */
  String CONFIGURATION_FILE = "config.json";

  /** What people type: {@code llama}. Small letters, digits and hyphens. */
  String name();

  /** One line for a list of families. */
  String summary();

  /** Other names under which people know it. */
  default List<String> aliases() {
    return List.of();
  }

  /** What the file with the configuration is called. */
  default String configurationFile() {
    return CONFIGURATION_FILE;
  }

  /** Whether configurations of this family say what the weights are stored as. */
  default boolean tellsDType() {
    return true;
  }

  /** How directories of this family are read, where that is a way of its own. */
  default Optional<Storage> storage() {
    return Optional.empty();
  }

  /** How a checkpoint of this family lies in files, unless somebody asks otherwise. */
  default Arrangement files(long maxShardBytes) {
    return files(new SafetensorsSharding(maxShardBytes));
  }

  /**
   * How a checkpoint of this family lies in files of a format that somebody asks for.
   *
   * @throws DialectException if the family is never kept so
   */
  default Arrangement files(Sharding sharding) {
    return Arrangement.beside(configurationFile(), sharding);
  }

  /** Whether a configuration is of this family. */
  boolean reads(Config config);

  /**
   * The model that a configuration describes. Every key that changes what the model computes is
   * read; a value that this family cannot compute is refused.
   *
   * @param tensors what the checkpoint has, where the configuration does not say enough
   * @throws DialectException naming the key, what was expected and what was found
   */
  Model spec(Config config, TensorInfos tensors);

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
