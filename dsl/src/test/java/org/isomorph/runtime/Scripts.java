package org.isomorph.runtime;

import org.isomorph.compile.TorchArchive;

/** Small programs for tests. */
final class Scripts {
  private Scripts() {}

  /** A class M of these methods, each written as {@code name(x: Tensor) -> Tensor: statements}. */
  static String source(String... methods) {
    StringBuilder text =
        new StringBuilder(
            "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
    for (String method : methods) {
      int open = method.indexOf('(');
      text.append("  def ").append(method, 0, open).append("(self: __torch__.M,\n    ");
      int colon = method.indexOf(":\n");
      text.append(method, open + 1, colon).append(":\n");
      method
          .substring(colon + 2)
          .lines()
          .forEach(line -> text.append("    ").append(line).append('\n'));
    }
    return text.toString();
  }

  static Program load(String... methods) {
    return Program.load(TorchArchive.of(source(methods)), Device.CPU);
  }
}
