package org.isomorph.tensorfile.pickle;

import java.util.Collections;
import java.util.List;

/**
 * A pickle that was read.
 *
 * @param value what it makes
 * @param references all references to what is kept outside it, in the order of the file
 */
public record Pickle(PickleValue value, List<PickleValue.Persistent> references) {
  public Pickle {
    references = Collections.unmodifiableList(references);
  }
}
