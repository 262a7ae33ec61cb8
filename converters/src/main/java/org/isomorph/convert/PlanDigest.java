package org.isomorph.convert;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
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
  private final MessageDigest digest = sha256();

  /** A conversion has tens of thousands of moves: digesting each of their numbers alone is slow. */
  private final DataOutputStream out =
      new DataOutputStream(
          new BufferedOutputStream(
              new DigestOutputStream(OutputStream.nullOutputStream(), digest)));

  private String lastKinds = "";

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
    return new PlanDigest().digest(files, small, carried);
  }

  private String digest(
      List<Blueprint.File> files, List<Blueprint.Small> small, List<Blueprint.Carried> carried)
      throws IOException {
    Set<Path> sources = new TreeSet<>();
    for (Blueprint.File file : files) {
      add("file " + file.name() + " " + file.size());
      for (Blueprint.Fixed bytes : file.fixed()) {
        add(bytes.offset(), bytes.content().size());
        add(bytes.content().buffer());
      }
      for (Seal seal : file.seals()) add(seal.toString());
      for (Blueprint.Task task : file.tasks()) {
        task.sources().forEach(source -> source.files().forEach(sources::add));
        switch (task) {
          case Blueprint.Move move -> add(move);
          case Blueprint.Compute compute -> add(compute.toString());
        }
      }
    }
    for (Blueprint.Small file : small) {
      add("small " + file.name());
      add(file.content().buffer());
    }
    for (Blueprint.Carried file : carried) {
      add("carried " + file.name());
      sources.add(file.source());
    }
    for (Path file : sources) {
      add("source " + file);
      Instant changed = Files.getLastModifiedTime(file).toInstant();
      add(Files.size(file), changed.getEpochSecond(), changed.getNano());
    }
    out.flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Numbers go in as they are, not as text, and what kind of move it is only when it is another.
   */
  private void add(Blueprint.Move move) throws IOException {
    Blueprint.Slot target = move.target();
    String from =
        switch (move.source()) {
          case Blueprint.Span source -> source.dtype().name() + " of " + source.file();
          case Blueprint.Derived source -> source.tensor().toString();
        };
    String kinds = "to " + target.dtype().name() + " from " + from;
    if (!kinds.equals(lastKinds)) add(kinds);
    lastKinds = kinds;
    long offset = move.source() instanceof Blueprint.Span source ? source.offset() : 0;
    Box box = move.box();
    add(offset, target.offset(), box.from(), box.to(), box.dims().size());
    for (Box.Dim dim : box.dims()) add(dim.extent(), dim.fromStride(), dim.toStride());
  }

  private void add(long... numbers) throws IOException {
    out.writeLong(numbers.length);
    for (long number : numbers) out.writeLong(number);
  }

  private void add(String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void add(ByteBuffer bytes) throws IOException {
    out.flush();
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
