package org.isomorph.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.isomorph.layout.Box;
import org.isomorph.tensorfile.Seal;

/**
 * Identifies a plan by everything that decides its bytes: what is written where from what, and the
 * state of the source files (size and time of last change; their content is hashed only when
 * somebody asks for a certificate).
 */
final class PlanDigest {
  private PlanDigest() {}

  /**
   * Looks for the algorithm on a thread of its own: the first time, that takes a start longer than
   * all the digesting.
   */
  static void prepare() {
    Thread.ofPlatform().daemon().name("isomorph-digest").start(PlanDigest::sha256);
  }

  static String of(
      List<Blueprint.File> files, List<Blueprint.Small> small, List<Blueprint.Carried> carried)
      throws IOException {
    MessageDigest digest = sha256();
    Set<Path> sources = new TreeSet<>();
    for (Blueprint.File file : files) {
      add(digest, "file " + file.name() + " " + file.size());
      for (Blueprint.Fixed bytes : file.fixed()) {
        add(digest, bytes.offset(), bytes.content().size());
        digest.update(bytes.content().buffer());
      }
      for (Seal seal : file.seals()) add(digest, seal.toString());
      for (Blueprint.Task task : file.tasks()) {
        task.sources().forEach(source -> source.files().forEach(sources::add));
        switch (task) {
          case Blueprint.Move move -> add(digest, move);
          case Blueprint.Compute compute -> add(digest, compute.toString());
        }
      }
    }
    for (Blueprint.Small file : small) {
      add(digest, "small " + file.name());
      digest.update(file.content().buffer());
    }
    for (Blueprint.Carried file : carried) {
      add(digest, "carried " + file.name());
      sources.add(file.source());
    }
    for (Path file : sources)
      add(
          digest,
          "source " + file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A conversion has tens of thousands of moves: their numbers go in as they are, not as text. */
  private static void add(MessageDigest digest, Blueprint.Move move) {
    Blueprint.Slot target = move.target();
    switch (move.source()) {
      case Blueprint.Span source -> {
        add(digest, source.dtype().name() + " " + source.file());
        add(digest, source.offset());
      }
      case Blueprint.Derived source -> add(digest, source.tensor().toString());
    }
    add(digest, target.dtype().name());
    add(digest, target.offset());
    add(digest, move.box().from(), move.box().to());
    for (Box.Dim dim : move.box().dims())
      add(digest, dim.extent(), dim.fromStride(), dim.toStride());
  }

  private static void add(MessageDigest digest, long... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate((numbers.length + 1) * Long.BYTES).putLong(numbers.length);
    for (long number : numbers) bytes.putLong(number);
    digest.update(bytes.flip());
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
