/**
 * What a tensor is, and not where it is stored: its {@link org.isomorph.tensor.DType element type},
 * its {@link org.isomorph.tensor.Shape shape}, and its name with both, {@link
 * org.isomorph.tensor.TensorInfo}. {@link org.isomorph.tensor.Tensor} has the numbers too.
 */
@NullMarked
package org.isomorph.tensor;

import org.jspecify.annotations.NullMarked;
