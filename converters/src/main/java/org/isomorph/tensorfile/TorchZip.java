package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.isomorph.tensorfile.TorchContent.Range;

/**
 * The format of torch.save since torch 1.6: a zip whose entries are stored as they are.
 *
 * <pre>
 *   NAME/data.pkl     the pickle
 *   NAME/byteorder    little or big; older files have none
 *   NAME/data/KEY     a storage each
 *   NAME/version      and others, which say nothing about the tensors
 * </pre>
 */
final class TorchZip {
  private static final String PICKLE = "data.pkl";
  private static final int LONGEST_BYTE_ORDER = 16;

  // The header in front of an entry's data.
  private static final int LOCAL_HEADER = 30;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int NAME_LENGTH = 26;
  private static final int EXTRA_LENGTH = 28;

  private final FileRegion region;
  private final Path file;
  private final Map<String, ZipArchiveEntry> entries;

  private TorchZip(FileRegion region) {
    this.region = region;
    this.file = region.file();
    this.entries = entries(region);
  }

  static TorchContent read(FileRegion region) throws IOException {
    return new TorchZip(region).content();
  }

  /** The zip's directory. */
  private static Map<String, ZipArchiveEntry> entries(FileRegion region) {
    Path file = region.file();
    Map<String, ZipArchiveEntry> entries = new HashMap<>();
    try (ZipFile zip =
        ZipFile.builder()
            .setSeekableByteChannel(region.asChannel())
            .setIgnoreLocalFileHeader(true)
            .get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries()))
        if (entries.put(entry.getName(), entry) != null)
          throw TensorFileException.in(
              file, "the zip has two entries " + Names.quoted(entry.getName()));
    } catch (TensorFileException refused) {
      throw refused;
    } catch (IOException | RuntimeException malformed) {
      throw broken(file, malformed);
    }
    return entries;
  }

  private static TensorFileException broken(Path file, Exception malformed) {
    Throwable cause = malformed;
    for (Throwable next = cause.getCause(); next != null; next = next.getCause()) cause = next;
    return new TensorFileException(
        file
            + ": begins as a zip, and is none that can be read: "
            + cause.getMessage()
            + "; it was cut short or is damaged: fetch it again",
        malformed);
  }

  private TorchContent content() throws IOException {
    List<String> pickles =
        entries.keySet().stream()
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .filter(name -> name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (pickles.size() != 1)
      throw TensorFileException.in(
          file,
          "a zip, but not of torch.save: expected one %s in it, found %d among %d entries"
              .formatted(PICKLE, pickles.size(), entries.size()));
    String name = pickles.getFirst();
    String root = name.substring(0, name.length() - PICKLE.length());
    checkByteOrder(root);
    Range pickle = find(name).orElseThrow();
    // Checked now, so that no key can lead anywhere else later.
    Map<String, Range> storages = new HashMap<>();
    String data = root + "data/";
    for (String each : entries.keySet())
      if (each.startsWith(data) && !each.equals(data))
        storages.put(each.substring(data.length()), find(each).orElseThrow());
    return new TorchContent(
        TorchPickles.only(region, pickle), key -> Optional.ofNullable(storages.get(key)));
  }

  private void checkByteOrder(String root) throws IOException {
    Optional<Range> found = find(root + "byteorder");
    if (found.isEmpty()) return;
    int length = (int) Math.min(LONGEST_BYTE_ORDER, found.get().bytes());
    String order =
        new String(region.read(found.get().begin(), length), StandardCharsets.ISO_8859_1);
    if (!order.equals("little"))
      throw TensorFileException.in(
          file,
          "expected data in byte order little, found %s; load and save it with torch on this machine"
              .formatted(Names.quoted(order)));
  }

  private Optional<Range> find(String name) throws IOException {
    ZipArchiveEntry entry = entries.get(name);
    if (entry == null) return Optional.empty();
    if (entry.getMethod() != ZipEntry.STORED || entry.getGeneralPurposeBit().usesEncryption())
      throw TensorFileException.in(
          file,
          "entry %s of the zip is %s: expected it stored as it is, as torch.save does; unpack the zip and pack it with zip -0"
              .formatted(
                  Names.quoted(name),
                  entry.getMethod() == ZipEntry.STORED ? "encrypted" : "compressed"));
    long begin = begin(name, entry.getLocalHeaderOffset());
    long size = entry.getSize();
    if (!region.has(begin, size))
      throw TensorFileException.in(
          file,
          "entry %s of the zip: expected its %d bytes from %d on within the file, which has %d; fetch it again"
              .formatted(Names.quoted(name), size, begin - region.begin(), region.size()));
    return Optional.of(new Range(begin, begin + size));
  }

  /** Where an entry's data begins in the file, by the one header that says so. */
  private long begin(String name, long offset) throws IOException {
    long header = offset < 0 || offset > region.size() ? -1 : region.begin() + offset;
    boolean inside = region.has(header, LOCAL_HEADER);
    ByteBuffer local =
        ByteBuffer.wrap(inside ? region.read(header, LOCAL_HEADER) : new byte[LOCAL_HEADER])
            .order(ByteOrder.LITTLE_ENDIAN);
    if (local.getInt(0) != LOCAL_SIGNATURE)
      throw TensorFileException.in(
          file,
          "entry %s of the zip: expected its header at byte %d; the file is damaged: fetch it again"
              .formatted(Names.quoted(name), offset));
    int nameLength = Short.toUnsignedInt(local.getShort(NAME_LENGTH));
    int extraLength = Short.toUnsignedInt(local.getShort(EXTRA_LENGTH));
    return header + LOCAL_HEADER + nameLength + extraLength;
  }
}
