package org.isomorph.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.TorchFile;

/** The weights of an adapter, in whichever format they were saved. */
final class AdapterFiles {
  private static final String SAFETENSORS = "adapter_model.safetensors";
  private static final String TORCH = "adapter_model.bin";

  private AdapterFiles() {}

  static StoredTensors open(Path directory) throws IOException {
    Path file = directory.resolve(SAFETENSORS);
    if (Files.isRegularFile(file))
      try (SafetensorsFile opened = SafetensorsFile.open(file)) {
        return StoredTensors.of(opened.tensors());
      }
    Path torch = directory.resolve(TORCH);
    if (Files.isRegularFile(torch)) return StoredTensors.of(TorchFile.read(torch));
    throw new LoraException(
        "%s: expected the adapter's weights in %s or %s, found no such file"
            .formatted(directory, SAFETENSORS, TORCH));
  }
}
