/**
 * Looking into a model that runs: what each layer does to its input, what it would predict, who
 * attends to whom, and where two models part.
 */
@NullMarked
package org.isomorph.debug;

import org.jspecify.annotations.NullMarked;
