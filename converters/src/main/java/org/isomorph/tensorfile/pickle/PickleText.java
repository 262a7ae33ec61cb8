package org.isomorph.tensorfile.pickle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Texts of pickles, in the encodings that its protocols have. */
final class PickleText {
  private PickleText() {}

  static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  /** A text of protocol 0: Latin-1 with {@code \}{@code u} and {@code \}{@code U} escapes. */
  static String rawUnicode(String line, PickleInput input) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < line.length(); ) {
      int digits = line.startsWith("\\u", at) ? 4 : line.startsWith("\\U", at) ? 8 : 0;
      if (digits == 0) {
        text.append(line.charAt(at++));
        continue;
      }
      int point = hex(line, at + 2, digits, input);
      if (!Character.isValidCodePoint(point)) throw input.problem("an escape is no character");
      text.appendCodePoint(point);
      at += 2 + digits;
    }
    return text.toString();
  }

  /** A byte string of protocol 0: as Python shows one, in quotes and with escapes. */
  static byte[] quoted(String line, PickleInput input) {
    char quote = line.length() < 2 ? ' ' : line.charAt(0);
    if ((quote != '\'' && quote != '"') || line.charAt(line.length() - 1) != quote)
      throw input.problem("expected a string in quotes");
    StringBuilder bytes = new StringBuilder();
    for (int at = 1; at < line.length() - 1; at++) {
      char found = line.charAt(at);
      if (found != '\\') {
        bytes.append(found);
        continue;
      }
      if (++at == line.length() - 1) throw input.problem("a string ends within an escape");
      found = line.charAt(at);
      switch (found) {
        case '\\', '\'', '"' -> bytes.append(found);
        case 'n' -> bytes.append('\n');
        case 'r' -> bytes.append('\r');
        case 't' -> bytes.append('\t');
        case 'x' -> {
          bytes.append((char) hex(line, at + 1, 2, input));
          at += 2;
        }
        default -> throw input.problem("a string has an escape that is not known");
      }
    }
    return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static int hex(String line, int at, int digits, PickleInput input) {
    long value = 0;
    for (int i = at; i < at + digits; i++) {
      int digit = i < line.length() ? Character.digit(line.charAt(i), 16) : -1;
      if (digit < 0) throw input.problem("an escape is not hexadecimal");
      value = value * 16 + digit;
    }
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
