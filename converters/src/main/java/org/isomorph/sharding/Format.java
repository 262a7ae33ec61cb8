package org.isomorph.sharding;

/** The formats that checkpoints of Hugging Face's libraries are written in. */
public enum Format {
  SAFETENSORS,
  /** Torch files. */
  BIN;

  /**
   * The files of this format.
   *
   * @param maxShardBytes the most bytes of data that a shard of several tensors may have
   */
  public Sharding sharding(long maxShardBytes) {
    return switch (this) {
      case SAFETENSORS -> new SafetensorsSharding(maxShardBytes);
      case BIN -> new TorchSharding(maxShardBytes);
    };
  }
}
