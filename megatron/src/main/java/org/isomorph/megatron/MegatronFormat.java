package org.isomorph.megatron;

/** The formats that Megatron keeps checkpoints in. */
public enum MegatronFormat {
  /** A directory a rank, with one torch file of all that the rank holds. */
  TORCH("torch"),
  /** Tensors over files of {@code torch.distributed.checkpoint}, whichever ranks wrote them. */
  TORCH_DIST("torch_dist");

  private final String word;

  MegatronFormat(String word) {
    this.word = word;
  }

  /** What Megatron calls it. */
  public String word() {
    return word;
  }
}
