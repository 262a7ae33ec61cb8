package org.isomorph.convert;

import java.util.List;
import org.isomorph.spec.Model;

/**
 * A law of the kind "these two descriptions compute the same": how a model can be put into words
 * that another family has.
 *
 * <p>Adjustments know no families. A family is asked for the model that comes nearest to a given
 * one; each law then says how to come nearer to it.
 */
public interface Adjustment {
  /** The law in one sentence, for a page. */
  String law();

  /**
   * The steps by which {@code model} gets what this law is about from {@code nearest}; none where
   * they agree in it, or where the law does not lead from one to the other.
   */
  List<Step> toward(Model model, Model nearest);

  /**
   * Descriptions of the same function with fewer parameters, if values are as the steps claim; the
   * one with the fewest first.
   */
  default List<Step> reductions(Model model) {
    return List.of();
  }
}
