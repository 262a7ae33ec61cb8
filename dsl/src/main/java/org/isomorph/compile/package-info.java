/**
 * From a graph to a file that libtorch runs.
 *
 * <pre>
 *   Graph  --TorchScript-->  Script (source, and the order of what it takes and gives)
 *                               |
 *                               +--TorchArchive-->  a program that is given its weights with each call
 *                               +--Standalone---->  one that has them, for torch.jit.load in Python
 * </pre>
 *
 * <p>{@link org.isomorph.compile.TorchScript} divides the graph into functions, {@code Statements}
 * writes each operation, with a class for each kind of them, and what takes more than a line is in
 * the resource {@code functions.py}.
 */
@NullMarked
package org.isomorph.compile;

import org.jspecify.annotations.NullMarked;
