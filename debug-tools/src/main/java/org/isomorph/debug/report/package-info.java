/**
 * What was seen of a run, as one page for browsers that needs no network.
 *
 * <p>{@link org.isomorph.debug.report.Findings} holds the probes' results, {@link
 * org.isomorph.debug.report.ReportPage} makes them a page.
 */
@NullMarked
package org.isomorph.debug.report;

import org.jspecify.annotations.NullMarked;
