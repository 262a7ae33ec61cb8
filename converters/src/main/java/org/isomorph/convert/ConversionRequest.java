package org.isomorph.convert;

import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.dialect.Arrangement;
import org.isomorph.dialect.Dialect;
import org.isomorph.tensor.DType;

/**
 * What a user asks of a conversion.
 *
 * @param target the family to write
 * @param from the source's family, where its configuration does not say
 * @param config a configuration to read in place of the source's
 * @param dtype what floating-point tensors become; empty keeps each as it is
 * @param files how the output lies in files
 */
public record ConversionRequest(
    Dialect target,
    Optional<Dialect> from,
    Optional<Path> config,
    Optional<DType> dtype,
    Arrangement files) {
  /** The most bytes of a shard, as the field has it: 5 GB. */
  public static final long USUAL_SHARD = 5_000_000_000L;

  /** To {@code target}, with everything else as usual. */
  public static ConversionRequest to(Dialect target) {
    return new ConversionRequest(
        target, Optional.empty(), Optional.empty(), Optional.empty(), target.files(USUAL_SHARD));
  }

  public ConversionRequest dtype(DType floats) {
    return new ConversionRequest(target, from, config, Optional.of(floats), files);
  }

  public ConversionRequest files(Arrangement arranged) {
    return new ConversionRequest(target, from, config, dtype, arranged);
  }
}
