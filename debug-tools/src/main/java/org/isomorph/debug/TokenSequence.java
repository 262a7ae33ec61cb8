package org.isomorph.debug;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isomorph.spec.Nearest;

/**
 * What one tower reads, place by place.
 *
 * @param tower its name
 */
public record TokenSequence(String tower, List<Token> tokens) {
  private static final Pattern COUNTED = Pattern.compile("(?s)(.*)#(\\d{1,9})");
  private static final int NEAREST = 5;

  public TokenSequence {
    tokens = List.copyOf(tokens);
  }

  /** How many places there are, padding counted. */
  public int size() {
    return tokens.size();
  }

  /** The place with this index; a negative one counts from the end. */
  public Token at(int index) {
    int place = index < 0 ? size() + index : index;
    if (place < 0 || place >= size())
      throw new DebugException(
          "token %d: expected an index from 0 to %d (%s reads %d tokens), or from -1 back"
              .formatted(index, size() - 1, tower, size()));
    return tokens.get(place);
  }

  /** The last place that is not padding. */
  public Token last() {
    return tokens.stream()
        .filter(token -> !token.isPadding())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  /** The first place that is not padding. */
  public Token first() {
    return tokens.stream().filter(token -> !token.isPadding()).findFirst().orElseThrow();
  }

  /**
   * The place that a text names: the token's own, where there is one only; {@code " it"#2} for the
   * second of several. Blanks around a token may be left out, where no other token is meant then.
   *
   * @throws DebugException if no token has this text, with the nearest; or if several have
   */
  public Token find(String text) {
    Matcher counted = COUNTED.matcher(text);
    List<Token> whole = having(text);
    if (whole.size() == 1) return whole.getFirst();
    if (whole.isEmpty() && counted.matches()) {
      List<Token> several = having(unquoted(counted.group(1)));
      int which = Integer.parseInt(counted.group(2));
      if (several.isEmpty()) throw absent(counted.group(1));
      if (which < 1 || which > several.size())
        throw new DebugException(
            "token %s: the prompt has %d of %s, at %s"
                .formatted(text, several.size(), Token.quoted(counted.group(1)), places(several)));
      return several.get(which - 1);
    }
    if (whole.isEmpty()) whole = having(unquoted(text));
    if (whole.isEmpty()) throw absent(text);
    if (whole.size() == 1) return whole.getFirst();
    throw new DebugException(
        "token %s is ambiguous: it stands at %s; say which with \"%s\"#1 to \"%s\"#%d, or by its index"
            .formatted(Token.quoted(text), places(whole), text, text, whole.size()));
  }

  /** As {@link #find}, but a whole number is an index; in quotes it is a text. */
  public Token locate(String indexOrText) {
    return indexOrText.matches("-?\\d{1,9}")
        ? at(Integer.parseInt(indexOrText))
        : find(indexOrText);
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }

  private List<Token> having(String text) {
    List<Token> exact = present().filter(token -> token.text().equals(text)).toList();
    if (!exact.isEmpty() || text.isBlank()) return exact;
    return present().filter(token -> token.text().strip().equals(text.strip())).toList();
  }

  private Stream<Token> present() {
    return tokens.stream().filter(token -> !token.isPadding());
  }

  private DebugException absent(String text) {
    List<String> known = present().map(Token::text).distinct().toList();
    String nearest =
        Nearest.to(text, known, NEAREST).stream()
            .map(Token::quoted)
            .collect(Collectors.joining(", "));
    return new DebugException(
        "token %s is not in the prompt of %s; the nearest are %s"
            .formatted(Token.quoted(text), tower, nearest));
  }

  private static String places(List<Token> tokens) {
    return tokens.stream().map(token -> "" + token.index()).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return tokens.stream().map(Token::toString).collect(Collectors.joining(" "));
  }
}
