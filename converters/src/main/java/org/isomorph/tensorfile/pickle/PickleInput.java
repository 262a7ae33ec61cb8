package org.isomorph.tensorfile.pickle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of one pickle, or of several behind each other, read forwards.
 *
 * <p>Lengths that the bytes claim are believed only as far as bytes come.
 */
public final class PickleInput {
  private static final int BUFFER = 64 << 10;
  private static final int LONGEST_LINE = 1 << 20;

  private final InputStream in;
  private final long end;
  private final byte[] buffer;
  private int at;
  private int filled;
  private long consumed;

  /**
   * Bytes of a stream, which is not closed.
   *
   * @param length the most bytes that may be read
   */
  public PickleInput(InputStream in, long length) {
    this.in = in;
    this.end = length;
    this.buffer = new byte[Math.clamp(length, 1, BUFFER)];
  }

  /** How many bytes have been read, though more may have been fetched. */
  public long consumed() {
    return consumed;
  }

  /** How many bytes may still be read. */
  long remaining() {
    return end - consumed;
  }

  PickleException problem(String problem) {
    return new PickleException(consumed, problem);
  }

  /** The next byte, 0 to 255. */
  int next() throws IOException {
    if (consumed >= end || (at == filled && !fill()))
      throw problem("expected more, found its end: it was cut short, or is too long");
    consumed++;
    return buffer[at++] & 0xff;
  }

  private boolean fill() throws IOException {
    at = 0;
    filled = Math.max(0, in.read(buffer));
    return filled > 0;
  }

  /** The next bytes. */
  byte[] take(long length) throws IOException {
    if (length < 0 || length > remaining())
      throw problem(
          "expected at most the %d bytes that are left, found a length of %s"
              .formatted(remaining(), Long.toUnsignedString(length)));
    // What is claimed need not be there: memory is taken as bytes come.
    ByteArrayOutputStream taken = new ByteArrayOutputStream((int) Math.min(length, BUFFER));
    for (long left = length; left > 0; ) {
      if (at == filled && !fill())
        throw problem("expected %d bytes more, found its end: it was cut short".formatted(left));
      int part = (int) Math.min(left, filled - at);
      taken.write(buffer, at, part);
      at += part;
      consumed += part;
      left -= part;
    }
    return taken.toByteArray();
  }

  /** The next bytes as an unsigned little-endian number, of which there are at most eight. */
  long unsigned(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) value |= (long) next() << (8 * i);
    return value;
  }

  /** The next bytes as a signed little-endian number of any length. */
  BigInteger signed(long bytes) throws IOException {
    byte[] digits = take(bytes);
    for (int i = 0, j = digits.length - 1; i < j; i++, j--) {
      byte swapped = digits[i];
      digits[i] = digits[j];
      digits[j] = swapped;
    }
    return digits.length == 0 ? BigInteger.ZERO : new BigInteger(digits);
  }

  /** The bytes up to the next line feed, which is read and left out. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int found = next(); found != '\n'; found = next()) {
      if (line.size() == LONGEST_LINE)
        throw problem("expected a line of at most " + LONGEST_LINE + " bytes");
      line.write(found);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
