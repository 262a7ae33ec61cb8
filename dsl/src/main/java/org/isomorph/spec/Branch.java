package org.isomorph.spec;

/**
 * A mixer and the norm that belongs to it; where the norm stands, the residual's placement says.
 */
public record Branch(Norm norm, Mixer mixer) {
  Branch resolved(long dim) {
    return new Branch(norm, mixer.resolved(dim));
  }
}
