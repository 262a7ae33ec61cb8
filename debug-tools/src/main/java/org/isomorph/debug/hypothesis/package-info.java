/**
 * What people do wrong when they move a model, tried on a piece that computes something else.
 *
 * <pre>
 *   Suspect --Hypothesis--> Guess, Guess, ...   what the weights or the description would be
 *   Guess   --weights-----> are they what the other side holds?
 *           --values------> does it compute what the other side computes?
 * </pre>
 */
@NullMarked
package org.isomorph.debug.hypothesis;

import org.jspecify.annotations.NullMarked;
