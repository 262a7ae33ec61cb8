package org.isomorph.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a snippet prints. */
public final class Printed {
  private Printed() {}

  /** A snippet's body. */
  public interface Body {
    /** Runs it. */
    void run() throws IOException;
  }

  /** The text that {@code body} prints to standard output. */
  public static synchronized String by(Body body) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(stream);
      body.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
