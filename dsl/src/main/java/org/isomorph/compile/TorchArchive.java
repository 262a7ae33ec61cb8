package org.isomorph.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;

/**
 * Writes a TorchScript archive: what {@code torch.jit.load} reads in Python and in libtorch.
 *
 * <p>It is a zip of stored entries, so that a program becomes runnable in plain Java, without
 * Python. The program is a source text with a class {@code M(Module)} that declares {@code training
 * : bool} and, for weights inside the archive, {@code name : Tensor} for each attribute.
 *
 * <pre>
 *   m/version             "10"
 *   m/code/__torch__.py   the source
 *   m/constants.pkl       ()
 *   m/data/0, 1, ...      the attributes' elements
 *   m/data.pkl            an M whose state is {name: tensor, ..., "training": False}
 * </pre>
 */
public final class TorchArchive {
  private static final String ROOT = "m/";

  // An old enough format for every libtorch that is in use.
  private static final String VERSION = "10\n";

  // The same input makes the same bytes at any time, and anywhere.
  private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 2, 1, 0, 0);

  private static final int ALIGNMENT = 64;

  private TorchArchive() {}

  /**
   * An archive whose class M has these methods, indented by two, and nothing else.
   *
   * @param methods of TorchScript
   */
  public static byte[] ofMethods(String methods) {
    return of("class M(Module):\n" + Script.HEADER + methods);
  }

  /**
   * A weight inside the archive.
   *
   * @param name the attribute of {@code M} that holds it
   * @param dtype F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL
   * @param shape its extents; the elements are dense and row-major
   * @param content where its bytes come from
   */
  public record Attribute(String name, DType dtype, Shape shape, Content content) {
    /** The bytes that the elements take. */
    public long bytes() {
      return dtype.bytes(shape.elements());
    }
  }

  /** Bytes that can be had more than once: the zip wants a checksum before the bytes. */
  @FunctionalInterface
  public interface Content {
    /** Writes all bytes, the same ones at every call; does not close the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** The archive of a program without weights. */
  public static byte[] of(String source) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out, source, List.of());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /**
   * Writes an archive. Its size does not matter: contents are streamed, twice each.
   *
   * @param out is left open
   * @param source the text of {@code __torch__.py}
   * @throws IllegalArgumentException if an attribute has a dtype that such archives do not have, or
   *     its content another length than its shape says
   */
  public static void write(OutputStream out, String source, List<Attribute> attributes)
      throws IOException {
    write(out, source, attributes, state(attributes));
  }

  /**
   * Writes the archive of a program that finds its weights elsewhere.
   *
   * @param table the numbers in its attribute {@link Standalone#TABLE}; {@link Standalone#BOUND} is
   *     an empty list
   */
  public static void writeUnbound(OutputStream out, String source, long[] table)
      throws IOException {
    Pickle pickle = begun().text(Standalone.TABLE).integers(table);
    pickle.text(Standalone.BOUND).noTensors();
    write(out, source, List.of(), finished(pickle));
  }

  private static void write(
      OutputStream out, String source, List<Attribute> attributes, byte[] state)
      throws IOException {
    ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out);
    zip.setUseZip64(Zip64Mode.AsNeeded);
    store(zip, "version", VERSION.getBytes(StandardCharsets.US_ASCII));
    store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
    store(zip, "constants.pkl", new Pickle().emptyTuple().stop());
    for (int i = 0; i < attributes.size(); i++) {
      Attribute attribute = attributes.get(i);
      try {
        store(zip, "data/" + i, attribute.bytes(), attribute.content());
      } catch (WrongLength wrong) {
        throw new IllegalArgumentException(
            "attribute %s, %s %s: expected %d bytes, its content has %s"
                .formatted(
                    attribute.name(),
                    attribute.dtype(),
                    attribute.shape(),
                    attribute.bytes(),
                    wrong.found),
            wrong);
      }
    }
    store(zip, "data.pkl", state);
    zip.finish();
  }

  private static byte[] state(List<Attribute> attributes) {
    Pickle pickle = begun();
    for (int i = 0; i < attributes.size(); i++) {
      Attribute attribute = attributes.get(i);
      if (TorchTypes.storage(attribute.dtype()).isEmpty())
        throw new IllegalArgumentException(
            "a TorchScript archive has no storage of " + attribute.dtype());
      pickle.text(attribute.name());
      pickle.tensor(attribute.dtype(), attribute.shape(), Integer.toString(i));
    }
    return finished(pickle);
  }

  /** An M whose state is to follow: names and values. */
  private static Pickle begun() {
    return new Pickle().global("__torch__", "M").emptyTuple().newObject().emptyDict().mark();
  }

  private static byte[] finished(Pickle pickle) {
    return pickle.text("training").bool(false).setItems().build().stop();
  }

  private static void store(ZipArchiveOutputStream zip, String name, byte[] content)
      throws IOException {
    store(zip, name, content.length, out -> out.write(content));
  }

  private static void store(ZipArchiveOutputStream zip, String name, long size, Content content)
      throws IOException {
    Checksum checksum = new Checksum();
    content.writeTo(checksum);
    if (checksum.count != size) throw new WrongLength(checksum.count);
    ZipArchiveEntry entry = new ZipArchiveEntry(ROOT + name);
    entry.setTimeLocal(WRITTEN);
    entry.setMethod(ZipEntry.STORED);
    // So that elements can be used where they are, by whoever maps the file.
    entry.setAlignment(ALIGNMENT);
    entry.setSize(size);
    entry.setCrc(checksum.crc.getValue());
    zip.putArchiveEntry(entry);
    content.writeTo(zip);
    zip.closeArchiveEntry();
  }

  private static final class WrongLength extends IOException {
    private static final long serialVersionUID = 1;
    private final long found;

    WrongLength(long found) {
      super(found + " bytes");
      this.found = found;
    }
  }

  private static final class Checksum extends OutputStream {
    private final CRC32 crc = new CRC32();
    private long count;

    @Override
    public void write(int value) {
      crc.update(value);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      crc.update(bytes, offset, length);
      count += length;
    }
  }
}
