/**
 * One file a family: how its configuration becomes a model and back, and its table of tensors.
 *
 * <p>Families are independent of one another. What several of them share (the keys of rotary
 * positions, of special tokens, of activations) stands in the small package-private classes beside
 * them.
 */
@NullMarked
package org.isomorph.architectures;

import org.jspecify.annotations.NullMarked;
