package org.isomorph.megatron;

/** Which of Megatron's implementations of a layer a checkpoint is of: they differ in names. */
public enum Implementation {
  /** Megatron's own: {@code --transformer-impl local}. */
  LOCAL,
  /** TransformerEngine's, where a norm is part of the projection behind it. */
  TRANSFORMER_ENGINE
}
