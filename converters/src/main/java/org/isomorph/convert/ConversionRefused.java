package org.isomorph.convert;

import java.util.List;

/**
 * A conversion that would not keep the function, or whose source is not what it says: nothing was
 * written.
 */
public final class ConversionRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> reasons;

  public ConversionRefused(String message, List<String> reasons) {
    super(message + (reasons.isEmpty() ? "" : ":\n  - " + String.join("\n  - ", reasons)));
    this.reasons = List.copyOf(reasons);
  }

  public ConversionRefused(String message) {
    this(message, List.of());
  }

  /** The reasons, one sentence each. */
  public List<String> reasons() {
    return reasons == null ? List.of() : reasons;
  }
}
