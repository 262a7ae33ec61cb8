package org.isomorph.compile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The functions that generated programs call, from the resource {@code functions.py}: those that a
 * program uses, and those that they use, each before its callers.
 */
final class Functions {
  private static final Pattern CALL = Pattern.compile("__torch__\\.([a-z_0-9]+)\\(");
  private static final Pattern BORDER = Pattern.compile("\n?(?=def )");
  private static final Map<String, String> KNOWN = read();

  private final Map<String, String> own = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();

  private static Map<String, String> read() {
    String text;
    try (InputStream stream = Functions.class.getResourceAsStream("functions.py")) {
      if (stream == null) throw new IllegalStateException("functions.py is not on the class path");
      text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    String code =
        text.lines()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .collect(Collectors.joining("\n"));
    Map<String, String> functions = new LinkedHashMap<>();
    for (String function : BORDER.splitAsStream(code).toList())
      if (function.startsWith("def "))
        functions.put(function.substring(4, function.indexOf('(')), function.strip() + "\n");
    return functions;
  }

  /** A function as it stands, before it is made this program's own. */
  static String text(String name) {
    String text = KNOWN.get(name);
    if (text == null) throw new IllegalArgumentException("no function is called " + name);
    return text;
  }

  /** Adds a function that only this program has. */
  void define(String name, String text) {
    own.put(name, text);
  }

  /** A call, and the function with it. */
  String call(String name, String... arguments) {
    use(name);
    return "__torch__." + name + "(" + String.join(", ", arguments) + ")";
  }

  private void use(String name) {
    if (used.contains(name)) return;
    String text = own.containsKey(name) ? own.get(name) : text(name);
    Matcher calls = CALL.matcher(text);
    while (calls.find()) if (!calls.group(1).equals(name)) use(calls.group(1));
    used.add(name);
  }

  /** All functions that were called, each before its callers. */
  String text() {
    return used.stream()
        .map(name -> own.containsKey(name) ? own.get(name) : text(name))
        .collect(Collectors.joining());
  }
}
