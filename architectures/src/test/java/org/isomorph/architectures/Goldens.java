package org.isomorph.architectures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialects;

/**
 * Tiny random checkpoints as reference implementations write them: {@code config.json}, where it
 * differs {@code config.v4.json} (the same model as transformers spelled it before version 5), and
 * weights.
 */
final class Goldens {
  static final Dialects DIALECTS = Dialects.load(Goldens.class.getClassLoader());

  static final List<String> NAMES =
      List.of(
          "llama",
          "llama3-rope",
          "reward-llama",
          "mistral",
          "mixtral",
          "phi3",
          "gemma",
          "gemma2",
          "qwen1",
          "qwen1-long",
          "qwen2",
          "qwen2-moe",
          "qwen3",
          "qwen3-moe",
          "baichuan1_7b",
          "baichuan1_13b",
          "baichuan2_7b",
          "baichuan2_13b",
          "gpt2",
          "bert",
          "t5",
          "flan-t5",
          "deepseek-v2",
          "deepseek-v3",
          "bloom",
          "glm130b",
          "chatglm_6b",
          "chatglm2_6b",
          "chatglm3_6b",
          "glm",
          "glm4",
          "gpt-neox",
          "opt",
          "gpt1",
          "roberta",
          "bart",
          "switch",
          "vit",
          "clip",
          "falcon-mqa",
          "falcon-new",
          "falcon-rw",
          "glam",
          "palm",
          "yoco",
          "yoco_swa");

  private Goldens() {}

  static Path directory(String name) {
    return resource("goldens/" + name);
  }

  /** A folder of the test resources. */
  static Path resource(String name) {
    try {
      URL found = Goldens.class.getResource("/" + name);
      if (found == null) throw new IllegalArgumentException("no test resource is called " + name);
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The configurations of a golden: one, or one for each spelling. */
  static List<Path> configurations(String name) {
    return Stream.of("config.json", "config.v4.json")
        .map(directory(name)::resolve)
        .filter(Files::exists)
        .toList();
  }

  static Config config(Path file) {
    try {
      return Config.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Checkpoint open(Path directory) throws IOException {
    return Checkpoint.open(directory, DIALECTS);
  }

  static Checkpoint open(String name) throws IOException {
    return open(directory(name));
  }

  /** The checkpoint under one of its configurations. */
  static Checkpoint open(String name, Path configuration) throws IOException {
    return Checkpoint.open(directory(name), DIALECTS, Optional.empty(), Optional.of(configuration));
  }
}
