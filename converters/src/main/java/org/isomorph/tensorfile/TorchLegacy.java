package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.tensorfile.TorchContent.Range;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.BigInt;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Persistent;

/**
 * The format of torch.save before torch 1.6: pickles, then the storages.
 *
 * <pre>
 *   pickle   a magic number
 *   pickle   the format's version, 1001
 *   pickle   about the machine: {"little_endian": True, ...}
 *   pickle   the value
 *   pickle   [key, key, ...]
 *   and for each key: the number of elements, 8 bytes, and the elements
 * </pre>
 */
final class TorchLegacy {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private TorchLegacy() {}

  static TorchContent read(Path file, FileChannel channel) throws IOException {
    TorchPickles pickles = TorchPickles.in(file, channel, new Range(0, channel.size()));
    if (!(pickles.next() instanceof BigInt(BigInteger magic)) || !magic.equals(MAGIC))
      throw TensorFileException.in(
          file, "a pickle, but not of torch.save: expected its magic number first");
    PickleValue version = pickles.next();
    if (version.integer().orElse(-1) != VERSION)
      throw TensorFileException.in(
          file, "expected version %d of the format, found %s".formatted(VERSION, version));
    if (pickles.next() instanceof Dict machine
        && machine.get("little_endian").orElse(null) instanceof PickleValue.Bool(boolean little)
        && !little)
      throw TensorFileException.in(
          file,
          "expected data in byte order little, found big; load and save it with torch on this machine");
    PickleValue value = pickles.next();
    Map<String, Range> storages = storages(file, channel, pickles, widths(file, pickles));
    return new TorchContent(value, key -> Optional.ofNullable(storages.get(key)));
  }

  /** How wide the elements of each storage are: the storages themselves do not say. */
  private static Map<String, Integer> widths(Path file, TorchPickles pickles) {
    Map<String, Integer> widths = new HashMap<>();
    for (Persistent reference : pickles.references()) {
      List<PickleValue> id = reference.id().sequence().orElse(List.of());
      // The source texts of modules, which some files hold.
      if (!id.isEmpty() && id.getFirst().text().equals(Optional.of("module"))) continue;
      TorchStorage storage = TorchStorage.of(file, reference);
      Integer before = widths.putIfAbsent(storage.key(), storage.dtype().width());
      if (before != null && before != storage.dtype().width())
        throw TensorFileException.in(
            file, "storage " + Names.quoted(storage.key()) + " has elements of two widths");
    }
    return widths;
  }

  private static Map<String, Range> storages(
      Path file, FileChannel channel, TorchPickles pickles, Map<String, Integer> widths)
      throws IOException {
    PickleValue keys = pickles.next();
    long position = pickles.position();
    Map<String, Range> storages = new HashMap<>();
    for (PickleValue each : keys.sequence().orElseThrow(() -> keyless(file, keys))) {
      String key = each.text().orElseThrow(() -> keyless(file, each));
      Integer width = widths.get(key);
      if (width == null)
        throw TensorFileException.in(
            file, "storage " + Names.quoted(key) + " is listed, and nothing refers to it");
      ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      if (position <= channel.size() - Long.BYTES)
        FileBytes.read(channel, file, position, MemorySegment.ofBuffer(count));
      else throw cut(file, key, position, channel.size());
      position += Long.BYTES;
      long elements = count.getLong(0);
      if (elements < 0 || elements > (channel.size() - position) / width)
        throw cut(file, key, position, channel.size());
      Range range = new Range(position, position + elements * width);
      if (storages.put(key, range) != null)
        throw TensorFileException.in(file, "storage " + Names.quoted(key) + " is listed twice");
      position = range.end();
    }
    return storages;
  }

  private static TensorFileException keyless(Path file, PickleValue found) {
    return TensorFileException.in(file, "expected a list of storages' keys, found " + found);
  }

  private static TensorFileException cut(Path file, String key, long position, long size) {
    return TensorFileException.in(
        file,
        "storage %s, from byte %d on, does not fit into the file's %d bytes; it was cut short: fetch it again"
            .formatted(Names.quoted(key), position, size));
  }
}
