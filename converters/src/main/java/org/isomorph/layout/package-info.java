/**
 * How one tensor is laid out inside others: pure arithmetic on element indices, no bytes and no
 * files.
 *
 * <p>From the small to the large: a {@link org.isomorph.layout.Box} says which elements of one
 * tensor are which elements of another; a {@link org.isomorph.layout.Piece} adds the names of the
 * two tensors; a {@link org.isomorph.layout.Mapping} is a set of pieces between two families of
 * tensors, and can be inverted, composed and checked for {@link org.isomorph.layout.Coverage}; a
 * {@link org.isomorph.layout.Layout} is how people write a mapping down: a tensor as an expression
 * over parameters. {@link org.isomorph.layout.Packings} names the expressions that checkpoints have
 * in common.
 */
@NullMarked
package org.isomorph.layout;

import org.jspecify.annotations.NullMarked;
