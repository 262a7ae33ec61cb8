package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.example.Minnow;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family in a jar of its own takes part in everything, although no class path names it. */
class PluginTest {
  private static final String CLASS_FILE = "org/example/Minnow.class";

  @TempDir Path folder;
  private Path jar;

  @BeforeEach
  void pack() throws IOException {
    jar = folder.resolve("minnow.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream compiled = Minnow.class.getClassLoader().getResourceAsStream(CLASS_FILE)) {
      out.putNextEntry(new JarEntry(CLASS_FILE));
      compiled.transferTo(out);
      out.putNextEntry(new JarEntry("META-INF/services/org.isomorph.dialect.Dialect"));
      out.write("org.example.Minnow\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void aPluginIsConvertedToAndFrom() throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, new WithoutExamples())) {
      Dialects dialects = Dialects.load(loader);
      Dialect minnow = dialects.named("minnow");
      assertThat(minnow.getClass()).isNotEqualTo(Minnow.class);
      assertThat(minnow.getClass().getClassLoader()).isSameAs(loader);

      Path source = Goldens.directory("llama");
      convert(source, folder.resolve("minnow"), "minnow", dialects);
      Map<String, String> fused = Conversions.tensors(folder.resolve("minnow"));
      assertThat(fused).hasSize(3 + 3 * 6).containsKey("blocks.2.gate_up.weight");
      assertThat(fused.get("blocks.0.qkv.weight")).startsWith("F32 [64, 32] ");

      convert(folder.resolve("minnow"), folder.resolve("back"), "llama", dialects);
      assertThat(Conversions.tensors(folder.resolve("back")))
          .isEqualTo(Conversions.tensors(source));
    }
  }

  @Test
  void whatAPluginCannotSayIsFoundByReadingItBack() throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, new WithoutExamples())) {
      Dialects dialects = Dialects.load(loader);
      assertThatThrownBy(() ->
              convert(Goldens.directory("mistral"), folder.resolve("not"), "minnow", dialects))
          .isInstanceOf(ConversionRefused.class)
          .hasMessageContaining(
              "decoder layers 0-2, attention window: 4 in the model, none in minnow");
    }
  }

  private static void convert(Path source, Path destination, String family, Dialects dialects)
      throws IOException {
    Plan plan = Planner.plan(source, ConversionRequest.to(dialects.named(family)), dialects);
    Executor.run(plan.blueprint(), destination, Options.withThreads(2), ProgressListener.NONE);
  }

  /** The class path of the tests, but for the example itself. */
  private static final class WithoutExamples extends ClassLoader {
    WithoutExamples() {
      super(PluginTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.example.")) throw new ClassNotFoundException(name);
      return super.loadClass(name, resolve);
    }
  }
}
