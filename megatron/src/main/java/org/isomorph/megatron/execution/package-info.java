/**
 * A Megatron checkpoint executed as Megatron-core would: rank by rank, each with the tensors of its
 * own state, and collectives between them.
 *
 * <p>Nothing here knows how a rank's tensors become a model's parameters: names, shapes and the
 * order of rows are those that Megatron's own modules have. A mistake that reading and writing make
 * alike therefore shows.
 */
@NullMarked
package org.isomorph.megatron.execution;

import org.jspecify.annotations.NullMarked;
