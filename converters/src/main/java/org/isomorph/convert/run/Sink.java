package org.isomorph.convert.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where one worker's bytes for one file go: into the file, or into a comparison with it. */
interface Sink extends Closeable {
  /** Takes all of a buffer as the file's bytes from {@code position} on. */
  void take(ByteBuffer buffer, long position) throws IOException;

  /** Fills a buffer with the file's bytes from {@code position} on, as they are by now. */
  void give(ByteBuffer buffer, long position) throws IOException;

  /** Takes bytes of another file as they are. */
  void take(SourceFiles sources, Path file, long offset, long length, long position)
      throws IOException;

  /** Reads what is in the file from {@code position} on; how much, or -1 at its end. */
  int read(ByteBuffer buffer, long position) throws IOException;

  /** What becomes of whole files. */
  interface Kind {
    /** Before any byte of a file is taken. */
    void begin(Job job) throws IOException;

    /** Opens a file for one worker. */
    Sink open(Job job) throws IOException;
  }
}
