package org.isomorph.spec;

/** What a special token is for. */
public enum Role {
  /** Begins a sequence. */
  BOS,
  /** Ends a sequence; a model may have several. */
  EOS,
  /** Fills a batch and is masked. */
  PAD,
  /** Stands for a short span to be filled in. */
  MASK,
  /** Stands for a long span to be generated, in GLM models. */
  GMASK,
  /** The first input of a decoder. */
  DECODER_START
}
