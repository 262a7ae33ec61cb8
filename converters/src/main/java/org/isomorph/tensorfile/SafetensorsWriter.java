package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.TensorInfo;

/**
 * Writes one safetensors file: the tensors are declared first, then their data is written, tensors
 * in any order, each from its first byte to its last in pieces of any size.
 *
 * <p>The file appears, whole, when the writer is closed. Until then it grows under another name
 * beside its own, and if data is missing, or if a write failed, closing deletes it: a file that was
 * there before is then still the old one.
 *
 * <p>Different tensors may be written from different threads at once, a single tensor may not.
 */
public final class SafetensorsWriter implements AutoCloseable {
  private final Path file;
  private final PartialFile partial;
  private final Map<String, Cursor> cursors = new LinkedHashMap<>();
  private final SafetensorsLayout layout;
  // Any failure is final: a body that ends in an exception must not publish its file on closing.
  private volatile boolean failed;
  private boolean closed;

  private SafetensorsWriter(Path file, SafetensorsLayout layout, PartialFile partial) {
    this.file = file;
    this.layout = layout;
    this.partial = partial;
    layout.ranges().forEach((name, range) -> cursors.put(name, new Cursor(range)));
  }

  /** Begins a file of these tensors, with {@link SafetensorsLayout#DEFAULT_METADATA}. */
  public static SafetensorsWriter create(Path file, List<TensorInfo> tensors) throws IOException {
    return create(file, SafetensorsLayout.of(tensors));
  }

  /** Begins a file of this layout. */
  public static SafetensorsWriter create(Path file, SafetensorsLayout layout) throws IOException {
    PartialFile partial = PartialFile.beside(file);
    try {
      FileBytes.write(partial.channel(), 0, layout.header());
      return new SafetensorsWriter(file, layout, partial);
    } catch (Throwable failed) {
      try (partial) {
        throw failed;
      }
    }
  }

  /** Where the tensors of this file are. */
  public SafetensorsLayout layout() {
    return layout;
  }

  /**
   * Writes the next bytes of a tensor: all of {@code data}.
   *
   * @throws TensorFileException if there is no such tensor, or if it takes fewer bytes
   */
  public void write(String name, MemorySegment data) throws IOException {
    orFail(() -> cursor(name).write(data));
  }

  /** As {@link #write(String, MemorySegment)}: what remains in {@code data}, which is consumed. */
  public void write(String name, ByteBuffer data) throws IOException {
    write(name, MemorySegment.ofBuffer(data));
    data.position(data.limit());
  }

  /**
   * Writes the next bytes of a tensor: all that {@code data}, a blocking channel, gives until its
   * end.
   *
   * @throws TensorFileException if there is no such tensor, or if it takes fewer bytes
   */
  public void write(String name, ReadableByteChannel data) throws IOException {
    orFail(() -> {
      ByteBuffer buffer = ByteBuffer.allocateDirect(FileBytes.CHUNK);
      while (data.read(buffer) >= 0) {
        write(name, buffer.flip());
        buffer.clear();
      }
    });
  }

  /**
   * Puts the file in its place.
   *
   * @throws TensorFileException if data of a tensor is missing; there is no file then
   */
  @Override
  public void close() throws IOException {
    if (closed) return;
    closed = true;
    try (partial) {
      for (Cursor cursor : cursors.values()) cursor.checkComplete();
      if (failed)
        throw TensorFileException.in(file, "an earlier write failed; no file was written");
      partial.publish();
    }
  }

  private void orFail(Action action) throws IOException {
    boolean done = false;
    try {
      action.run();
      done = true;
    } finally {
      if (!done) failed = true;
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private Cursor cursor(String name) {
    Cursor cursor = cursors.get(name);
    // The layout's error names the nearest tensor.
    return cursor == null ? new Cursor(layout.range(name)) : cursor;
  }

  /** How far a tensor has been written. */
  private final class Cursor {
    private final SafetensorsLayout.Range range;
    private long position;

    Cursor(SafetensorsLayout.Range range) {
      this.range = range;
      this.position = range.begin();
    }

    synchronized void write(MemorySegment data) throws IOException {
      long remaining = range.end() - position;
      if (data.byteSize() > remaining)
        throw problem("expected at most " + remaining + " more", data.byteSize());
      FileBytes.write(partial.channel(), position, data);
      position += data.byteSize();
    }

    synchronized void checkComplete() {
      if (position < range.end())
        throw problem(
            "closed before all were there, no file was written; expected all",
            position - range.begin());
    }

    private TensorFileException problem(String expected, long found) {
      return TensorFileException.in(
          file,
          range.info().name(),
          "%s of its %d bytes, found %d".formatted(expected, range.bytes(), found));
    }
  }
}
