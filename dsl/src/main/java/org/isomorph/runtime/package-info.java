/**
 * Running models: libtorch, through DJL's PyTorch engine.
 *
 * <pre>
 *   Weights: where each parameter is stored  ->  BoundWeights: mapped in place, or made
 *                                                     |
 *   a TorchScript archive  ->  Program  ->  call(method, NativeValue...)  ->  NativeValue  ->  Tensor
 * </pre>
 *
 * <p>libtorch's objects are not garbage collected: whatever is {@link AutoCloseable} here must be
 * closed. Its failures arrive as {@link org.isomorph.runtime.RunException}.
 *
 * <p>Nothing is downloaded: the native libraries are those on the class path, or those that {@code
 * PYTORCH_LIBRARY_PATH} names.
 */
@NullMarked
package org.isomorph.runtime;

import org.jspecify.annotations.NullMarked;
