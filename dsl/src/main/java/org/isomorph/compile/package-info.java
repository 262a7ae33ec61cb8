/**
 * From a graph to a file that libtorch runs: {@link org.isomorph.compile.TorchArchive} is the
 * file's form.
 */
@NullMarked
package org.isomorph.compile;

import org.jspecify.annotations.NullMarked;
