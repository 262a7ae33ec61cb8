package org.isomorph.architectures;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Preset;

/**
 * Published configurations, kept as resources: the keys that decide shapes and functions, as their
 * authors wrote them.
 */
final class Presets {
  private Presets() {}

  static List<Preset> of(String... names) {
    return Arrays.stream(names).map(name -> new Preset(name, read(name))).toList();
  }

  private static Config read(String name) {
    String resource = "presets/" + name + ".json";
    try (InputStream in = Presets.class.getResourceAsStream(resource)) {
      if (in == null) throw new IllegalStateException("resource " + resource + " is missing");
      return Config.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "preset " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
