package org.isomorph.debug.recording;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecException;
import org.isomorph.spec.kotlin.SpecJson;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.OffHeap;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.SafetensorsHeader;
import org.isomorph.tensorfile.StoredTensor;

/**
 * A file of values that somebody's model computed. Values are read as they are asked for, and none
 * is kept: a recording may be larger than memory.
 */
public final class Recording {
  private final Path file;
  private final Manifest manifest;
  private final SafetensorsHeader header;

  private Recording(Path file, Manifest manifest, SafetensorsHeader header) {
    this.file = file;
    this.manifest = manifest;
    this.header = header;
  }

  /**
   * Opens a recording; only its header is read.
   *
   * @throws RecordingException if the file is none, or its manifest speaks of what is not there
   * @throws org.isomorph.tensorfile.TensorFileException if it is no safetensors file
   */
  public static Recording open(Path file) throws IOException {
    if (!Files.isRegularFile(file))
      throw new RecordingException(file + ": expected a recording, found no such file");
    SafetensorsHeader header = SafetensorsHeader.read(file);
    String manifest = header.metadata().get(Manifest.KEY);
    if (manifest == null)
      throw new RecordingException(
          file
              + ": expected a recording, found a safetensors file without a manifest; `isomorph dump` and samples/record.py write recordings");
    Recording recording = new Recording(file, Manifest.read(manifest, file.toString()), header);
    for (List<String> names :
        List.of(recording.manifest.getInputs(), recording.manifest.getValues()))
      for (String name : names)
        if (header.find(name).isEmpty())
          throw new RecordingException(
              file + ": the manifest speaks of " + name + ", and the file has no such tensor");
    return recording;
  }

  public Path file() {
    return file;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** The recorded values' names, in the order of computation. */
  public List<String> names() {
    return manifest.getValues();
  }

  /** What the model was given, by Hugging Face's names. */
  public Map<String, Tensor> inputs() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : manifest.getInputs()) inputs.put(name, read(name));
    inputs
        .entrySet()
        .removeIf(each -> each.getKey().equals("position_ids") && isUsual(each.getValue()));
    return inputs;
  }

  /** Positions that count from 0 say nothing that a model would not do by itself. */
  private static boolean isUsual(Tensor positions) {
    long[] all = positions.longs();
    long length = positions.shape().rank() == 0 ? 1 : positions.shape().dim(-1);
    for (int at = 0; at < all.length; at++) if (all[at] != at % length) return false;
    return true;
  }

  /**
   * A recorded tensor: F32 where it is made of real numbers.
   *
   * @throws RecordingException if it cannot be read, or there is none of this name
   */
  public Tensor read(String name) {
    StoredTensor stored =
        header
            .find(name)
            .orElseThrow(() ->
                new RecordingException(
                    "%s: %s was not recorded; there are %d values, the first is %s. Record it with `isomorph dump --values %s`, or in record.py with --values"
                        .formatted(
                            file,
                            name,
                            names().size(),
                            names().isEmpty() ? "none" : names().getFirst(),
                            name)));
    try {
      MemorySegment data = OffHeap.allocate(stored.bytes(), Long.BYTES);
      stored.read(0, data);
      Tensor tensor = Tensor.of(stored.dtype(), stored.shape(), data);
      return switch (stored.dtype()) {
        case BF16, F16, F64 -> Tensor.ofFloats(tensor.shape(), tensor.floats());
        default -> tensor;
      };
    } catch (IOException unreadable) {
      throw new RecordingException(
          file + ": " + name + " cannot be read: " + unreadable.getMessage());
    }
  }

  /** What was computed in. */
  public DType computed() {
    return manifest.getDtype();
  }

  /** The description of the recorded model, where the manifest has one that can be read. */
  public Optional<Model> model(Dialects dialects) {
    try {
      if (manifest.description().isPresent()) return manifest.description().map(SpecJson::read);
      if (manifest.config().isEmpty()) return Optional.empty();
      Config config = Config.parse(manifest.config().get(), file.toString());
      Dialect dialect = dialects.reading(config);
      return Optional.of(dialect.spec(config, TensorInfos.UNKNOWN));
    } catch (SpecException | DialectException unknown) {
      // A family that nobody declared here: the candidate's description has to do.
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "%s: %d values of %s in %s, by %s"
        .formatted(file, names().size(), manifest.getModel(), computed(), manifest.getProducer());
  }
}
