package org.isomorph.tensorfile;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Where every byte of a zip will be, computed before one is written. Its entries are stored as they
 * are and begin at multiples of 64, so that whoever maps the file has their data in place.
 *
 * <p>Small entries are given with their content; of large ones only the size is known, and their
 * checksums are {@link Seal}s. Entries, offsets and counts beyond the limits of the old format have
 * the fields of zip64.
 */
final class StoredZip {
  private static final int ALIGNMENT = 64;
  private static final long LIMIT = 0xffff_ffffL;
  private static final int MOST_ENTRIES = 0xffff;
  private static final int LOCAL = 30;
  private static final int LOCAL_CRC = 14;
  private static final int CENTRAL_CRC = 16;
  private static final int ZIP64_ID = 1;

  // The field that torch pads with, too.
  private static final int PADDING_ID = 0x4246;

  // The first of January 1980: the same input makes the same bytes at any time.
  private static final int DATE = 0x21;

  private record Entry(String name, long header, long begin, long size, int crc, boolean sealed) {}

  private final long base;
  private final List<Entry> entries = new ArrayList<>();
  private final List<FixedBytes> fixed = new ArrayList<>();
  private final List<Seal> seals = new ArrayList<>();
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private long end;

  /**
   * An empty zip.
   *
   * @param base the position in the file of its first byte, a multiple of 64; what the zip says of
   *     itself is counted from there, and what this says of it from the file's beginning
   */
  StoredZip(long base) {
    if (base < 0 || base % ALIGNMENT != 0)
      throw new IllegalArgumentException("not a place for a zip: byte " + base);
    this.base = base;
  }

  /** Adds an entry with its content. */
  StoredZip add(String name, byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    entry(name, content.length, (int) crc.getValue(), false, content);
    return this;
  }

  /**
   * Adds an entry whose content is written by others.
   *
   * @return where its data begins, in bytes from the file's beginning
   */
  long add(String name, long size) {
    return entry(name, size, 0, size > 0, new byte[0]);
  }

  private long entry(String name, long size, int crc, boolean sealed, byte[] content) {
    long header = end;
    int zip64 = size >= LIMIT ? 20 : 0;
    long unpadded = header + LOCAL + name.length() + zip64 + 4;
    int padding = Math.floorMod(-unpadded, ALIGNMENT);
    long begin = unpadded + padding;
    byte[] whole = new byte[Math.toIntExact(begin - header) + content.length];
    ByteBuffer bytes = over(whole);
    bytes.putInt(0x04034b50);
    common(bytes, size, crc, zip64 > 0);
    bytes.putShort((short) name.length()).putShort((short) (zip64 + 4 + padding)).put(ascii(name));
    if (zip64 > 0)
      bytes.putShort((short) ZIP64_ID).putShort((short) 16).putLong(size).putLong(size);
    bytes.putShort((short) PADDING_ID).putShort((short) padding);
    bytes.position(bytes.position() + padding).put(content);
    pending.writeBytes(whole);
    if (content.length < size) flush(begin);
    entries.add(new Entry(name, header, begin, size, crc, sealed));
    end = Math.addExact(begin, size);
    return Math.addExact(base, begin);
  }

  /** What is known and lies behind each other is one run of bytes, up to a position. */
  private void flush(long to) {
    long from = Math.addExact(base, to - pending.size());
    fixed.add(new FixedBytes(from, MemorySegment.ofArray(pending.toByteArray())));
    pending.reset();
  }

  /** From the version that is needed to the sizes: the same in both headers of an entry. */
  private static void common(ByteBuffer bytes, long size, int crc, boolean zip64) {
    bytes.putShort((short) (zip64 ? 45 : 20));
    bytes.putShort((short) 0).putShort((short) 0); // no flags, stored
    bytes.putShort((short) 0).putShort((short) DATE).putInt(crc);
    bytes.putInt((int) Math.min(size, LIMIT)).putInt((int) Math.min(size, LIMIT));
  }

  /** Ends the zip with its directory. */
  StoredZip finish() {
    long directory = end;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      if (entry.sealed())
        seals.add(
            new Seal(
                base + entry.begin(),
                base + entry.begin() + entry.size(),
                List.of(
                    base + entry.header() + LOCAL_CRC,
                    base + directory + out.size() + CENTRAL_CRC)));
      out.writeBytes(central(entry));
    }
    out.writeBytes(ending(directory, out.size()));
    pending.writeBytes(out.toByteArray());
    end = directory + out.size();
    flush(end);
    return this;
  }

  private static byte[] central(Entry entry) {
    boolean large = entry.size() >= LIMIT;
    boolean far = entry.header() >= LIMIT;
    int fields = (large ? 16 : 0) + (far ? 8 : 0);
    int zip64 = fields == 0 ? 0 : 4 + fields;
    byte[] whole = new byte[46 + entry.name().length() + zip64];
    ByteBuffer bytes = over(whole);
    bytes.putInt(0x02014b50).putShort((short) 45);
    common(bytes, entry.size(), entry.crc(), fields > 0);
    bytes.putShort((short) entry.name().length()).putShort((short) zip64);
    bytes.position(bytes.position() + 10); // no comment, the first disk, no attributes
    bytes.putInt((int) Math.min(entry.header(), LIMIT)).put(ascii(entry.name()));
    if (fields > 0) bytes.putShort((short) ZIP64_ID).putShort((short) fields);
    if (large) bytes.putLong(entry.size()).putLong(entry.size());
    if (far) bytes.putLong(entry.header());
    return whole;
  }

  private byte[] ending(long directory, long size) {
    int count = entries.size();
    boolean zip64 = directory >= LIMIT || size >= LIMIT || count >= MOST_ENTRIES;
    byte[] whole = new byte[22 + (zip64 ? 56 + 20 : 0)];
    ByteBuffer bytes = over(whole);
    if (zip64) {
      bytes.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
      bytes.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(directory);
      bytes.putInt(0x07064b50).putInt(0).putLong(directory + size).putInt(1);
    }
    bytes.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
    short few = (short) Math.min(count, MOST_ENTRIES);
    bytes.putShort(few).putShort(few);
    bytes.putInt((int) Math.min(size, LIMIT)).putInt((int) Math.min(directory, LIMIT));
    return whole;
  }

  private static byte[] ascii(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuffer over(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** All bytes but those of the large entries. */
  List<FixedBytes> fixed() {
    return List.copyOf(fixed);
  }

  /** The checksums of the large entries. */
  List<Seal> seals() {
    return List.copyOf(seals);
  }

  /** The size of the whole zip in bytes. */
  long size() {
    return end;
  }
}
