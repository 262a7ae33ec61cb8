package org.isomorph.convert.run;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Parts of source files that one worker sees as memory: those used last.
 *
 * <p>What is mapped counts as the process's memory, page by page, once it is touched; so windows
 * are closed when others are opened that together with them would show too much.
 */
final class Windows implements AutoCloseable {
  /**
   * Windows begin and end at multiples of so much: it takes some microseconds to open and close
   * one, and what is asked for next is close by.
   */
  private static final long LONGEST_STEP = 4 << 20;

  private static final long SHORTEST_STEP = 64 << 10;

  private final long most;
  private final long step;
  private final Deque<Window> open = new ArrayDeque<>(); // the one used last comes first
  private long shown;

  /** Some bytes of a file. */
  record Window(Path file, long begin, MemorySegment bytes, Arena arena) {
    long end() {
      return begin + bytes.byteSize();
    }

    boolean shows(Path wanted, long from, long to) {
      return from >= begin && to <= end() && file.equals(wanted);
    }
  }

  /**
   * Windows that show so many bytes together, or one that shows more: what was asked for, and up to
   * half as many bytes on either side.
   */
  Windows(long most) {
    this.most = most;
    this.step = Math.clamp(most / 2, SHORTEST_STEP, LONGEST_STEP);
  }

  /** The bytes {@code from} (inclusive) to {@code to} (exclusive) of a file that has them. */
  MemorySegment show(Path file, FileChannel channel, long size, long from, long to)
      throws IOException {
    Window window = take(file, from, to);
    if (window == null) {
      long begin = from / step * step;
      long end = Math.min(size, Math.ceilDiv(to, step) * step);
      while (!open.isEmpty() && shown + end - begin > most) close(open.removeLast());
      Arena arena = Arena.ofConfined();
      MemorySegment bytes = channel.map(MapMode.READ_ONLY, begin, end - begin, arena);
      window = new Window(file, begin, bytes, arena);
      shown += end - begin;
    }
    open.addFirst(window);
    return window.bytes.asSlice(from - window.begin, to - from);
  }

  /** The windows that are open. */
  Collection<Window> open() {
    return open;
  }

  private @Nullable Window take(Path file, long from, long to) {
    for (Iterator<Window> each = open.iterator(); each.hasNext(); ) {
      Window window = each.next();
      if (!window.shows(file, from, to)) continue;
      each.remove();
      return window;
    }
    return null;
  }

  private void close(Window window) {
    shown -= window.bytes.byteSize();
    window.arena.close();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) close(open.removeLast());
  }
}
