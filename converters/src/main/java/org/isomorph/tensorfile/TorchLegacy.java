package org.isomorph.tensorfile;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  static TorchContent read(FileRegion region) throws IOException {
    Path file = region.file();
    TorchPickles pickles = TorchPickles.in(region);
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
    Map<String, Range> storages = storages(region, pickles, widths(file, pickles));
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
      FileRegion region, TorchPickles pickles, Map<String, Integer> widths) throws IOException {
    Path file = region.file();
    PickleValue keys = pickles.next();
    long position = pickles.position();
    Map<String, Range> storages = new HashMap<>();
    for (PickleValue each : keys.sequence().orElseThrow(() -> keyless(file, keys))) {
      String key = each.text().orElseThrow(() -> keyless(file, each));
      Integer width = widths.get(key);
      if (width == null)
        throw TensorFileException.in(
            file, "storage " + Names.quoted(key) + " is listed, and nothing refers to it");
      if (!region.has(position, Long.BYTES)) throw cut(region, key, position);
      long elements =
          ByteBuffer.wrap(region.read(position, Long.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN)
              .getLong();
      position += Long.BYTES;
      if (elements < 0 || elements > (region.end() - position) / width)
        throw cut(region, key, position);
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

  private static TensorFileException cut(FileRegion region, String key, long position) {
    return TensorFileException.in(
        region.file(),
        "storage %s, from byte %d on, does not fit into the file's %d bytes; it was cut short: fetch it again"
            .formatted(Names.quoted(key), position - region.begin(), region.size()));
  }
}
