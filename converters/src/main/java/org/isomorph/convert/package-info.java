/**
 * Moving a model's weights from one checkpoint to another: open, plan, execute.
 *
 * <pre>
 *   Checkpoint.open  ->  Planner: adjustments, evidence  ->  Plan  ->  Blueprint  ->  Executor
 *   headers only         values, streamed where asked        names     bytes          writes
 * </pre>
 */
@NullMarked
package org.isomorph.convert;

import org.jspecify.annotations.NullMarked;
