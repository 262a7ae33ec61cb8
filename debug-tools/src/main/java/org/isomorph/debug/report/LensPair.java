package org.isomorph.debug.report;

import org.isomorph.debug.Lens;

/**
 * What each side of a comparison would predict behind its layers, on the same tokens.
 *
 * @param a the lens of what is right
 * @param nameOfA what people call that side
 * @param b the lens of the other
 */
public record LensPair(String nameOfA, Lens a, String nameOfB, Lens b) {}
