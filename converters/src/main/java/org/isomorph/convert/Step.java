package org.isomorph.convert;

import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;

/**
 * One adjustment: another description of the same function, and what becomes of the parameters.
 *
 * @param sentence what is done, for a report
 * @param outcome whether numbers stay as they are
 * @param model the description after it
 * @param changes the parameters of {@code model} that are not simply those of the same name before
 * @param claims what must be true of the values before it
 */
public record Step(
    String sentence,
    Outcome outcome,
    Model model,
    Map<String, Change> changes,
    List<Claim> claims) {
  public Step {
    changes = Map.copyOf(changes);
    claims = List.copyOf(claims);
  }
}
