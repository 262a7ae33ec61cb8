package org.isomorph.dialect;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Families in jars that a user drops into a folder, beside those on the class path. */
public final class Plugins {
  private Plugins() {}

  /**
   * All families on the class path and in the jars of {@code folder}; a folder that does not exist
   * holds none.
   *
   * <p>The jars stay open for as long as the families are used.
   *
   * @throws DialectException naming what is there but cannot be loaded
   */
  public static Dialects load(Path folder) throws IOException {
    ClassLoader here = Plugins.class.getClassLoader();
    List<URL> jars = jars(folder);
    if (jars.isEmpty()) return Dialects.load(here);
    try {
      return Dialects.load(new URLClassLoader(jars.toArray(URL[]::new), here));
    } catch (ServiceConfigurationError | LinkageError unfit) {
      throw new DialectException(
          "a plug-in in "
              + folder
              + " cannot be loaded: "
              + unfit.getMessage()
              + "; it may have been made for another version of isomorph");
    }
  }

  private static List<URL> jars(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).sorted().toList()) {
        requireJar(file);
        jars.add(url(file));
      }
    }
    return jars;
  }

  /** A class loader passes over a jar that it cannot open, and the family would just be missing. */
  private static void requireJar(Path file) {
    try (JarFile jar = new JarFile(file.toFile())) {
      jar.size();
    } catch (IOException unreadable) {
      throw new DialectException(
          "plug-in "
              + file
              + " is not a jar that can be read ("
              + unreadable.getMessage()
              + "): fetch it again, or take it out of the folder");
    }
  }

  private static URL url(Path file) throws MalformedURLException {
    return file.toUri().toURL();
  }
}
