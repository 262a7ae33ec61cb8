package org.isomorph.convert;

import java.util.List;
import org.isomorph.spec.Model;

/**
 * A law of the kind "these two descriptions compute the same": how a model can be put into words
 * that another family has.
 *
 * <p>Adjustments know no families. A conversion tries them, singly and together, until the target
 * can express the model.
 */
public interface Adjustment {
  /** The laws that are tried, in order. */
  List<Adjustment> ALL =
      List.of(new AttentionBias(), new FeedForwardBias(), new HeadTying(), new NormalisedHead());

  /** The ways in which this law applies to {@code model}; empty if it does not. */
  List<Step> steps(Model model);
}
