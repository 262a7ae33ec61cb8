/**
 * Logical tensors and the files that hold their elements, in both directions.
 *
 * <p>A dialect speaks of logical tensors; how they are spread over files is a matter of its own.
 * One file is the trivial sharding; shards with an index, and the ranks and stages of a parallel
 * training run, are others. Both directions are a {@link org.isomorph.layout.Mapping}, so that a
 * conversion is one composition from stored elements to written ones.
 */
@NullMarked
package org.isomorph.sharding;

import org.jspecify.annotations.NullMarked;
