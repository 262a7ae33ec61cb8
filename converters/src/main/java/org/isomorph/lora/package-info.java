/**
 * Low-rank adapters as PEFT writes them, merged into the checkpoint that they were trained on.
 *
 * <p>A merged weight is a {@link org.isomorph.tensorfile.TensorSource} like any other: made of the
 * base's elements and two thin matrices as it is read. So a merge is planned, streamed, resumed and
 * reported as a conversion within a family.
 */
@NullMarked
package org.isomorph.lora;

import org.jspecify.annotations.NullMarked;
