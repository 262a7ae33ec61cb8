/**
 * Megatron's checkpoints: which rows of which tensor each rank holds, the two formats that they are
 * written in, and a model executed rank by rank as Megatron would.
 */
@NullMarked
package org.isomorph.megatron;

import org.jspecify.annotations.NullMarked;
