package org.isomorph.tensorfile;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What is checked of JSON before a parser sees it: the encoding, the depth, which bounds the
 * parser's stack and trees, and control characters inside strings, which a lenient parser lets
 * pass.
 */
final class JsonText {
  private JsonText() {}

  /** The text that {@code bytes} encode in UTF-8. */
  static String decode(Path file, String what, byte[] bytes) {
    ByteBuffer input = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(input).toString();
    } catch (CharacterCodingException malformed) {
      throw new TensorFileException(
          "%s: %s is not UTF-8: byte 0x%02x at %d of it does not fit"
              .formatted(file, what, bytes[input.position()], input.position()),
          malformed);
    }
  }

  /** Refuses text that nests deeper than {@code depth} brackets. */
  static void check(Path file, String what, String text, int depth) {
    int level = 0;
    boolean inString = false;
    for (int at = 0; at < text.length(); at++) {
      char found = text.charAt(at);
      if (inString) {
        if (found < ' ')
          throw TensorFileException.in(
              file,
              "%s has the bare control character 0x%02x inside a string, at character %d"
                  .formatted(what, (int) found, at));
        if (found == '\\') at++;
        else if (found == '"') inString = false;
      } else if (found == '"') {
        inString = true;
      } else if (found == '{' || found == '[') {
        if (++level > depth)
          throw TensorFileException.in(
              file,
              "%s nests deeper than the %d levels it may have, at character %d"
                  .formatted(what, depth, at));
      } else if (found == '}' || found == ']') {
        level--;
      }
    }
  }
}
