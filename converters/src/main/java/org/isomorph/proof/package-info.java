/**
 * Whether two models compute the same function, and where they part if they do not.
 *
 * <pre>
 *   Reference (a model, or a recording)  --values by name-->  Comparison  -->  Report
 *   candidate, piece by piece            -- fed with them -->
 * </pre>
 */
@NullMarked
package org.isomorph.proof;

import org.jspecify.annotations.NullMarked;
