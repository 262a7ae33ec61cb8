package org.isomorph.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What code prints to standard output. */
public final class Printed {
  private Printed() {}

  /** The code. */
  public interface Body {
    /** Runs it. */
    void run() throws Exception;
  }

  /** The text that {@code body} prints to standard output. */
  public static synchronized String by(Body body) throws Exception {
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
