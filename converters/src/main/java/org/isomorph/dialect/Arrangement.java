package org.isomorph.dialect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.sharding.Sharding;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensor.TensorInfo;

/** How a checkpoint that is to be written lies in files, its configuration among them. */
@FunctionalInterface
public interface Arrangement {
  /**
   * All files of a checkpoint but those that are carried along, known to the byte.
   *
   * @param tensors what the family's table says that it stores
   * @param model the model as the family has it
   * @param config the configuration that says so
   */
  WrittenTensors files(List<TensorInfo> tensors, Model model, Config config);

  /** Tensors in files of their own, and the configuration as a small file beside them. */
  static Arrangement beside(String configurationFile, Sharding sharding) {
    return (tensors, _, config) -> {
      WrittenTensors written = sharding.files(tensors);
      Map<String, String> texts = new HashMap<>(written.texts());
      texts.put(configurationFile, config.json());
      return new WrittenTensors(written.files(), texts, written.mapping());
    };
  }
}
