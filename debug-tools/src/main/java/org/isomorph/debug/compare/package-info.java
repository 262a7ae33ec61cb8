/**
 * Two models, two recordings, or one of each: do they compute the same, where do they part, and
 * which mistake would do that?
 */
@NullMarked
package org.isomorph.debug.compare;

import org.jspecify.annotations.NullMarked;
