package org.isomorph.runtime;

import org.isomorph.compile.TorchArchive;

/** Small programs for tests. */
final class Scripts {
  private Scripts() {}

  /**
   * A class M.
   *
   * @param attributes a line each, such as {@code w : Tensor}
   * @param methods each as {@code name(x: Tensor) -> Tensor:} and lines of statements
   */
  static String source(String attributes, String... methods) {
    StringBuilder text = new StringBuilder("class M(Module):\n");
    text.append("__parameters__ = []\n__buffers__ = []\ntraining : bool\n".indent(2));
    text.append(attributes.indent(2));
    for (String method : methods) {
      int open = method.indexOf('(') + 1;
      int body = method.indexOf(":\n") + 2;
      text.append("  def ").append(method, 0, open).append("self: __torch__.M, ");
      text.append(method, open, body).append(method.substring(body).indent(4));
    }
    return text.toString();
  }

  static Program load(String... methods) {
    return Program.load(TorchArchive.of(source("", methods)), Device.CPU);
  }
}
