package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.isomorph.dialect.Dialect;

/**
 * The files beside the weights that a model needs to be used: tokenizer, generation settings,
 * templates.
 */
final class SideFiles {
  /** Weights of any format, and what describes them: written anew, or another format's. */
  private static final Set<String> WEIGHTS =
      Set.of(
          "safetensors",
          "bin",
          "pt",
          "pth",
          "ckpt",
          "gguf",
          "h5",
          "msgpack",
          "onnx",
          "onnx_data",
          "distcp",
          "npz",
          "chk"); // checksums of weights

  /** It tells how that directory came to be, and nothing of what is made of it. */
  private static final String CERTIFICATE = "isomorph.json";

  private SideFiles() {}

  /**
   * The files to carry along, by name. Configurations are written anew; code belongs to a family
   * and stays unless the family does.
   */
  static List<Path> of(Path directory, Dialect from, Dialect to) throws IOException {
    List<String> configurations = List.of(from.configurationFile(), to.configurationFile());
    Predicate<String> owned =
        from.storage().<Predicate<String>>map(s -> s::owns).orElse(_ -> false);
    boolean sameFamily = from.equals(to);
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !configurations.contains(file.getFileName().toString()))
          .filter(file -> !owned.test(file.getFileName().toString()))
          .filter(file -> carried(file.getFileName().toString(), sameFamily))
          .sorted()
          .toList();
    }
  }

  private static boolean carried(String name, boolean sameFamily) {
    if (name.startsWith(".") || name.endsWith(".index.json") || name.equals(CERTIFICATE))
      return false;
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return !WEIGHTS.contains(ending) && (sameFamily || !ending.equals("py"));
  }
}
