package org.isomorph.debug.hypothesis;

/** Canonical names as people say them where the layer is known. */
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
}
