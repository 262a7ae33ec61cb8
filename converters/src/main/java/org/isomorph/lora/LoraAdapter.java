package org.isomorph.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.isomorph.dialect.Config;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensor.Shape;

/**
 * An adapter as PEFT saves one: {@code adapter_config.json} beside the weights.
 *
 * @param directory where it is
 * @param updates low-rank updates, by module
 * @param replaced tensors that take the place of the base's, by name: trained biases, and modules
 *     that were saved whole
 */
public record LoraAdapter(
    Path directory,
    SequencedMap<String, LoraUpdate> updates,
    SequencedMap<String, LogicalTensor> replaced) {
  private static final String CONFIG = "adapter_config.json";

  /** What PEFT puts before the names of the model that it wraps. */
  private static final String PREFIX = "base_model.model.";

  /** What it puts into the names of modules that have an update, and are saved for their biases. */
  private static final String BASE_LAYER = ".base_layer";

  private enum Part {
    A(".lora_A.weight"),
    B(".lora_B.weight"),
    EMBEDDING_A(".lora_embedding_A"),
    EMBEDDING_B(".lora_embedding_B"),
    MAGNITUDE(".lora_magnitude_vector");

    final String ending;

    Part(String ending) {
      this.ending = ending;
    }
  }

  /**
   * Opens an adapter; only headers are read.
   *
   * @throws LoraException if it is none, or its tensors do not fit each other
   */
  public static LoraAdapter open(Path directory) throws IOException {
    Path file = directory.resolve(CONFIG);
    if (!Files.isRegularFile(file))
      throw new LoraException(
          directory + ": expected an adapter's directory with " + CONFIG + ", found none");
    LoraSettings settings = LoraSettings.of(Config.read(file));
    return new Reading(directory, settings, AdapterFiles.open(directory)).adapter();
  }

  /** Sorts an adapter's tensors into updates and replacements. */
  private record Reading(Path directory, LoraSettings settings, StoredTensors stored) {
    LoraAdapter adapter() {
      SequencedMap<String, Map<Part, LogicalTensor>> modules = new LinkedHashMap<>();
      SequencedMap<String, LogicalTensor> replaced = new LinkedHashMap<>();
      new TreeMap<>(stored.logical())
          .forEach((name, tensor) -> {
            if (!name.startsWith(PREFIX))
              throw wrong(name, "to be called " + PREFIX + "..., as PEFT calls what it saves");
            String plain = name.substring(PREFIX.length());
            for (Part part : Part.values())
              for (String ending : List.of(part.ending, part.ending + ".weight"))
                if (plain.endsWith(ending)) {
                  String module = plain.substring(0, plain.length() - ending.length());
                  modules.computeIfAbsent(module, _ -> new TreeMap<>()).put(part, tensor);
                  return;
                }
            if (plain.contains(".lora_"))
              throw wrong(name, "the parts of a linear map's or a table's update, and no others");
            replaced.put(plain.replace(BASE_LAYER, ""), tensor);
          });
      SequencedMap<String, LoraUpdate> updates = new LinkedHashMap<>();
      modules.forEach((module, parts) -> updates.put(module, update(module, parts)));
      if (updates.isEmpty() && replaced.isEmpty())
        throw new LoraException(directory + ": the adapter holds no tensors: nothing to merge");
      return new LoraAdapter(directory, updates, replaced);
    }

    private LoraUpdate update(String module, Map<Part, LogicalTensor> parts) {
      boolean table = parts.containsKey(Part.EMBEDDING_A) || parts.containsKey(Part.EMBEDDING_B);
      LogicalTensor a = part(module, parts, table ? Part.EMBEDDING_A : Part.A);
      LogicalTensor b = part(module, parts, table ? Part.EMBEDDING_B : Part.B);
      boolean transposed = table || settings.transposed();
      Optional<LogicalTensor> magnitude = Optional.ofNullable(parts.get(Part.MAGNITUDE));
      if (magnitude.isPresent() && transposed)
        throw wrong(
            magnitude.get().name(), "no magnitude: DoRA is merged into plain linear maps only");
      long rank = settings.rank(module);
      if (a.shape().rank() != 2 || a.shape().dim(0) != rank)
        throw wrong(a.name(), "a matrix of " + rank + " rows, the rank that " + CONFIG + " says");
      if (b.shape().rank() != 2 || b.shape().dim(1) != rank)
        throw wrong(
            b.name(), "a matrix of " + rank + " columns, the rank that " + CONFIG + " says");
      Shape lengths = Shape.of(b.shape().dim(0));
      if (magnitude.isPresent() && !magnitude.get().shape().equals(lengths))
        throw wrong(magnitude.get().name(), "shape " + lengths + ", a length for each row");
      return new LoraUpdate(module, a, b, settings.scaling(module), transposed, magnitude);
    }

    private LogicalTensor part(String module, Map<Part, LogicalTensor> parts, Part part) {
      LogicalTensor tensor = parts.get(part);
      if (tensor == null)
        throw new LoraException(
            "%s: the update of %s has no %s; is the file incomplete?"
                .formatted(directory, module, part.ending.substring(1)));
      return tensor;
    }

    private LoraException wrong(String name, String expected) {
      return new LoraException(
          "%s: tensor %s: expected %s, found %s"
              .formatted(directory, name, expected, stored.tensors().get(name)));
    }
  }

  /** What it changes: {@code 42 weights updated, 1 replaced}. */
  public String summary() {
    List<String> parts = new ArrayList<>();
    parts.add("%,d weights updated".formatted(updates.size()));
    if (!replaced.isEmpty()) parts.add("%,d replaced".formatted(replaced.size()));
    return String.join(", ", parts);
  }
}
