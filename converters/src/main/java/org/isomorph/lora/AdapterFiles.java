package org.isomorph.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensorfile.SafetensorsFile;

/** The weights of an adapter, in whichever format they were saved. */
final class AdapterFiles {
  private static final String SAFETENSORS = "adapter_model.safetensors";

  private AdapterFiles() {}

  static StoredTensors open(Path directory) throws IOException {
    Path file = directory.resolve(SAFETENSORS);
    if (Files.isRegularFile(file))
      try (SafetensorsFile opened = SafetensorsFile.open(file)) {
        return StoredTensors.of(opened.tensors());
      }
    throw new LoraException(
        directory + ": expected the adapter's weights in " + SAFETENSORS + ", found no such file");
  }
}
