package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Bytes;
import org.isomorph.layout.Box;
import org.isomorph.tensor.DType;

/** Small blueprints and what they should become. */
final class Fixture {
  static final String HEADER = "header--";

  private Fixture() {}

  /** A source file of random bytes. */
  static Path source(Path directory, String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(name.hashCode()).nextBytes(bytes);
    Files.createDirectories(directory);
    return Files.write(directory.resolve(name), bytes);
  }

  /** A file that is a header, then all bytes of a source. */
  static Blueprint.File copy(String name, Path source) throws IOException {
    long size = Files.size(source);
    return new Blueprint.File(
        name,
        Bytes.utf8(HEADER),
        size + HEADER.length(),
        size == 0 ? List.of() : List.of(move(source, 0, HEADER.length(), size)));
  }

  /** A move of unchanged bytes. */
  static Blueprint.Move move(Path source, long from, long to, long length) {
    return new Blueprint.Move(
        new Blueprint.Span(source, from, DType.U8),
        new Blueprint.Slot(to, DType.U8),
        Box.run(0, 0, length));
  }

  /** Four large files, a small one and a carried one. */
  static Blueprint copies(Path sources, String digest, int size) throws IOException {
    for (int i = 1; i <= 4; i++) source(sources, "source-" + i, size);
    Files.writeString(sources.resolve("tokenizer.json"), "{\"tokens\": []}");
    return described(sources, digest);
  }

  /** As {@link #copies}, of sources that are there already. */
  static Blueprint described(Path sources, String digest) throws IOException {
    List<Blueprint.File> files = new ArrayList<>();
    for (int i = 1; i <= 4; i++) files.add(copy("big-" + i, sources.resolve("source-" + i)));
    Path tokenizer = sources.resolve("tokenizer.json");
    return new Blueprint(
        files,
        List.of(new Blueprint.Small("config.json", Bytes.utf8("{\"digest\": \"" + digest + "\"}"))),
        List.of(new Blueprint.Carried("tokenizer.json", tokenizer)),
        digest);
  }

  /** What {@link #copies} becomes: name and content, ordered by name. */
  static List<String> expected(Path sources, String digest) throws IOException {
    List<String> files = new ArrayList<>();
    for (int i = 1; i <= 4; i++)
      files.add(
          "big-" + i + "=" + HEADER + latin(Files.readAllBytes(sources.resolve("source-" + i))));
    files.add("config.json={\"digest\": \"" + digest + "\"}");
    files.add("tokenizer.json={\"tokens\": []}");
    return files;
  }

  /** What is in a directory: name and content, ordered by name. */
  static List<String> content(Path directory) throws IOException {
    List<String> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory).sorted()) {
      for (Path entry : entries.toList())
        files.add(entry.getFileName() + "=" + latin(Files.readAllBytes(entry)));
    }
    return files;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
