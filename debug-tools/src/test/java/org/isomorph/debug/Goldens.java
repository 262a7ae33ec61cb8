package org.isomorph.debug;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.isomorph.testing.Snippets;

/** The families' tiny checkpoints, with what their reference implementations computed. */
public final class Goldens {
  private static final Dialects DIALECTS = Dialects.load(Goldens.class.getClassLoader());
  private static final Path FOLDER = Snippets.page("architectures/src/test/resources/goldens");

  private Goldens() {}

  public static List<String> names() {
    try (var folders = Files.list(FOLDER)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static LoadedModel load(String name) {
    try {
      return Checkpoint.open(FOLDER.resolve(name), DIALECTS).load(RunOptions.usual().in(DType.F32));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All tensors of the reference, its inputs too. */
  static SequencedMap<String, Tensor> reference(String name) {
    try {
      return Safetensors.read(FOLDER.resolve(name).resolve("expected.safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SequencedMap<String, Tensor> inputs(String name) {
    SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    reference(name)
        .forEach((key, value) -> {
          if (key.endsWith("_ids") && !key.equals("greedy_ids")
              || key.endsWith("_mask")
              || key.equals("pixel_values")) inputs.put(key, value);
        });
    return inputs;
  }

  public static DebugSession session(LoadedModel model, String name) {
    return DebugSession.of(model, Prompt.of(inputs(name)));
  }
}
