package org.isomorph.convert;

import java.util.List;
import org.isomorph.layout.Piece;
import org.isomorph.tensorfile.TensorSource;

/**
 * What was looked up in a checkpoint's values before a plan was made, because no header tells.
 *
 * @param question what had to be true, in words
 * @param holds whether it is
 * @param bytes how much was read to know
 */
public record Evidence(String question, boolean holds, long bytes) {
  /** Something to be looked up: a bounded predicate over stored elements. */
  sealed interface Query {
    String question();

    /** All these elements are zero, bit for bit. */
    record Zero(String question, List<Piece<TensorSource, String>> elements) implements Query {}

    /** These elements are equal to those, bit for bit. */
    record Same(String question, List<Piece<TensorSource, TensorSource>> elements)
        implements Query {}
  }
}
