package org.isomorph.runtime;

import org.isomorph.compile.TorchArchive;

/** Weights moved by about as much as rounding would move them: how much does a model mind? */
final class Nudge {
  /**
   * In place: what is mapped is private to its mapping, so that a page that is written becomes
   * memory and the file stays as it is. The factors of a row look random and are always the same.
   */
  private static final String METHODS =
      """
        def nudge(self: __torch__.M, w: List[Tensor], part: float) -> int:
          for i in range(torch.len(w)):
            x = w[i]
            if torch.gt(torch.dim(x), 0):
              j = torch.arange(torch.size(x, -1), dtype=7, layout=None, device=ops.prim.device(x), pin_memory=False)
              wave = torch.cos(torch.mul(torch.mul(j, j), 2.3999632297286531))
              factor = torch.add(torch.mul(wave, part), 1.)
              _ = torch.mul_(x, torch.to(factor, dtype=ops.prim.dtype(x)))
            else:
              pass
          return 0
      """;

  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private Nudge() {}

  /** Changes the tensors of a {@code List[Tensor]} where they are. */
  static void weights(NativeValue list, double part) {
    try (NativeValue by = NativeValue.of(part)) {
      Loaded.PROGRAM.call("nudge", list, by).close();
    }
  }
}
