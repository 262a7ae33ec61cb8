/**
 * A model is a value: an immutable tree of records behind sealed interfaces, equal to any other
 * that describes the same function with the same parameters.
 *
 * <pre>
 *   Model     = Tower+, Head*, roles of special tokens
 *   Tower     = Input, (count x Block)+, final norm          its own width, mask and name
 *   Block     = Residual+
 *   Residual  = placement over Branch+                       two branches: a parallel block
 *   Branch    = norm, Mixer                                  attention, feed-forward or retention
 * </pre>
 *
 * <p>{@link org.isomorph.spec.Dsl} has the factories that people write; {@link
 * org.isomorph.spec.Parameters} derives every parameter's canonical name and shape from a model,
 * {@link org.isomorph.spec.Estimates} its size and cost. Constructors canonicalise: what depends on
 * the model (head dimensions, scales) is filled in, equal neighbouring runs are merged, and sizes
 * that do not fit together are refused with the numbers in the message.
 */
@NullMarked
package org.isomorph.spec;

import org.jspecify.annotations.NullMarked;
