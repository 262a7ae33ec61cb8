package org.isomorph.cli.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A step of the build, which rewrites classes in the jars of a directory by {@link PlainCalls}.
 *
 * <p>It works on the copies that the application runs, so that what other programs depend on stays
 * as javac wrote it. A jar in which nothing is left to do is not touched: its time decides whether
 * the start-up cache still fits.
 */
final class PlainJars {
  private PlainJars() {}

  /** Takes the directory, and what the names of the classes to rewrite begin with. */
  public static void main(String[] arguments) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) rewrite(jar, arguments[1]);
  }

  private static void rewrite(Path jar, String prefix) throws IOException {
    Path aside = jar.resolveSibling(jar.getFileName() + ".rewritten");
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      Map<String, byte[]> rewritten = new LinkedHashMap<>();
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entry.getName().startsWith(prefix) || !entry.getName().endsWith(".class")) continue;
        byte[] original = zip.getInputStream(entry).readAllBytes();
        byte[] plain = PlainCalls.rewrite(original);
        if (plain != original) rewritten.put(entry.getName(), plain);
      }
      if (rewritten.isEmpty()) return;
      write(zip, rewritten, aside);
    }
    Files.move(aside, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void write(ZipFile from, Map<String, byte[]> rewritten, Path to)
      throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        byte[] bytes = rewritten.get(entry.getName());
        ZipEntry copy = new ZipEntry(entry);
        copy.setCompressedSize(-1); // compressed anew, perhaps by another zlib
        if (bytes == null) {
          bytes = from.getInputStream(entry).readAllBytes();
        } else {
          CRC32 sum = new CRC32();
          sum.update(bytes);
          copy.setCrc(sum.getValue());
          copy.setSize(bytes.length);
        }
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
      }
    }
  }
}
