package org.isomorph.dialect;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Families in jars that a user drops into a folder, beside those on the class path. */
public final class Plugins {
  private Plugins() {}

  /**
   * All families on the class path and in the jars of {@code folder}; a folder that does not exist
   * holds none.
   *
   * <p>The jars stay open for as long as the families are used.
   */
  public static Dialects load(Path folder) throws IOException {
    ClassLoader here = Plugins.class.getClassLoader();
    List<URL> jars = jars(folder);
    return Dialects.load(
        jars.isEmpty() ? here : new URLClassLoader(jars.toArray(URL[]::new), here));
  }

  private static List<URL> jars(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).sorted().toList())
        jars.add(url(file));
    }
    return jars;
  }

  private static URL url(Path file) throws MalformedURLException {
    return file.toUri().toURL();
  }
}
