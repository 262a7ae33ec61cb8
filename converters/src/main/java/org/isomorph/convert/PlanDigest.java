package org.isomorph.convert;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Identifies a plan by everything that decides its bytes: what is written where from what, and the
 * state of the source files (size and time of last change; their content is hashed only when
 * somebody asks for a certificate).
 */
final class PlanDigest {
  private PlanDigest() {}

  static String of(
      List<Blueprint.File> files, List<Blueprint.Small> small, List<Blueprint.Carried> carried)
      throws IOException {
    MessageDigest digest = sha256();
    Set<Path> sources = new TreeSet<>();
    for (Blueprint.File file : files) {
      add(digest, "file " + file.name() + " " + file.size());
      digest.update(file.header().buffer());
      for (Blueprint.Task task : file.tasks()) {
        add(digest, task.toString());
        switch (task) {
          case Blueprint.Move move -> sources.add(move.source().file());
          case Blueprint.Compute compute ->
              compute.gather().forEach(piece -> sources.add(piece.source().file()));
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
