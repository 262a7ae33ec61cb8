/**
 * What a model computes, value by value.
 *
 * <p>{@link org.isomorph.graph.Lowering} turns a description into a {@link
 * org.isomorph.graph.Graph}: a list of {@linkplain org.isomorph.graph.Node nodes}, each an {@link
 * org.isomorph.graph.Op} over values that earlier nodes gave. Values have names, the same that
 * reports and taps use, and types with symbolic dimensions. Passes ({@link
 * org.isomorph.graph.Passes}) make of it what is to be run: with more outputs, with values replaced
 * by inputs, cut in two, or with a memory of earlier tokens. {@link org.isomorph.graph.Legality}
 * checks every graph that is made.
 */
@NullMarked
package org.isomorph.graph;

import org.jspecify.annotations.NullMarked;
