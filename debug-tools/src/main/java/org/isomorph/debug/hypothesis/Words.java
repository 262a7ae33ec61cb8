package org.isomorph.debug.hypothesis;

import java.math.BigDecimal;
import java.math.MathContext;

/** Canonical names as people say them where the layer is known, and numbers. */
final class Words {
  private Words() {}

  /** {@code ffn.gate} of {@code decoder.3.ffn.gate.weight}, {@code attn.q bias} of its bias. */
  static String of(String parameter) {
    String rest = parameter.replaceFirst("^[a-z_]+\\.\\d+\\.", "");
    return rest.replaceFirst("\\.weight$", "").replaceFirst("\\.bias$", " bias");
  }

  /** {@code gate and up} of two parameters of one mixer. */
  static String pair(String one, String other) {
    String a = of(one), b = of(other);
    int dot = a.lastIndexOf('.') + 1;
    return dot > 0 && b.startsWith(a.substring(0, dot))
        ? a.substring(dot) + " and " + b.substring(dot)
        : a + " and " + b;
  }

  /** {@code 500000}, {@code 0.125}, {@code 1e-05}. */
  static String number(double value) {
    BigDecimal exact = new BigDecimal(value, new MathContext(6)).stripTrailingZeros();
    boolean plain = Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7;
    return plain ? exact.toPlainString() : exact.toString().replace("E", "e");
  }
}
