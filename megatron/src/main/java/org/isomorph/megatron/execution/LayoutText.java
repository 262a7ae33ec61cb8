package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.megatron.MegatronException;

/** The layers of each chunk from a layout that is written out: {@code Et*3|(tt|)*2t*4|L}. */
final class LayoutText {
  private static final Pattern GROUP = Pattern.compile("\\(([^()]*)\\)\\*(\\d{1,4})");
  private static final Pattern REPEATED = Pattern.compile("([EtmL|])\\*(\\d{1,4})");
  private static final int LONGEST = 1 << 16;

  private LayoutText() {}

  static List<Integer> layers(String text) {
    String plain = repeated(repeated(text.replace(",", "").replace(" ", ""), GROUP), REPEATED);
    if (!plain.matches("[EtmL|]*"))
      throw new MegatronException(
          "pipeline layout '%s': expected E, t, m, L, | and repetitions".formatted(text));
    List<Integer> layers = new ArrayList<>(List.of(0));
    for (char each : plain.toCharArray())
      if (each == '|') layers.add(0);
      else if (each == 't') layers.set(layers.size() - 1, layers.getLast() + 1);
    return layers;
  }

  private static String repeated(String text, Pattern pattern) {
    String open = text;
    for (Matcher found = pattern.matcher(open); found.find(); found = pattern.matcher(open)) {
      int times = Integer.parseInt(found.group(2));
      if ((long) times * found.group(1).length() + open.length() > LONGEST)
        throw new MegatronException("pipeline layout '%s' is too long".formatted(text));
      open =
          open.substring(0, found.start())
              + found.group(1).repeat(times)
              + open.substring(found.end());
    }
    return open;
  }
}
