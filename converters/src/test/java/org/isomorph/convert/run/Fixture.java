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

  /** The large files: some lie in directories, as those of parallel ranks do. */
  static final List<String> LARGE =
      List.of("big-1", "iter_1/big-2", "iter_1/rank_0/big-3", "big-4");

  /** Four large files, a small one and a carried one, in a tree. */
  static Blueprint copies(Path sources, String digest, int size) throws IOException {
    for (int i = 1; i <= 4; i++) source(sources, "source-" + i, size);
    Files.writeString(sources.resolve("tokenizer.json"), "{\"tokens\": []}");
    return described(sources, digest);
  }

  /** As {@link #copies}, of sources that are there already. */
  static Blueprint described(Path sources, String digest) throws IOException {
    List<Blueprint.File> files = new ArrayList<>();
    for (int i = 1; i <= 4; i++) files.add(copy(LARGE.get(i - 1), sources.resolve("source-" + i)));
    Path tokenizer = sources.resolve("tokenizer.json");
    return new Blueprint(
        files,
        List.of(
            new Blueprint.Small(
                "iter_1/config.json", Bytes.utf8("{\"digest\": \"" + digest + "\"}"))),
        List.of(new Blueprint.Carried("tokenizer.json", tokenizer)),
        digest);
  }

  /** What {@link #copies} becomes: path and content, ordered by path. */
  static List<String> expected(Path sources, String digest) throws IOException {
    List<String> files = new ArrayList<>();
    for (int i = 1; i <= 4; i++)
      files.add(
          LARGE.get(i - 1)
              + "="
              + HEADER
              + latin(Files.readAllBytes(sources.resolve("source-" + i))));
    files.add("iter_1/config.json={\"digest\": \"" + digest + "\"}");
    files.add("tokenizer.json={\"tokens\": []}");
    return files.stream().sorted().toList();
  }

  /** What is in a directory: path and content, ordered by path. */
  static List<String> content(Path directory) throws IOException {
    List<String> files = new ArrayList<>();
    try (Stream<Path> entries = Files.walk(directory).filter(Files::isRegularFile)) {
      for (Path entry : entries.toList())
        files.add(directory.relativize(entry) + "=" + latin(Files.readAllBytes(entry)));
    }
    return files.stream().sorted().toList();
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
