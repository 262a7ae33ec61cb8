package org.isomorph.lora;

import java.util.Optional;
import org.isomorph.sharding.LogicalTensor;

/**
 * What an adapter does to one weight: {@code W + scaling * B A}, and with a magnitude (DoRA), each
 * row of that made as long as the magnitude says.
 *
 * @param module the module whose weight it is
 * @param a {@code (rank, in)}
 * @param b {@code (out, rank)}
 * @param scaling what the product is multiplied by
 * @param transposed whether the weight is stored {@code (in, out)}: a Conv1D, or a token table
 * @param magnitude {@code (out)}, the length of each row
 */
record LoraUpdate(
    String module,
    LogicalTensor a,
    LogicalTensor b,
    double scaling,
    boolean transposed,
    Optional<LogicalTensor> magnitude) {}
