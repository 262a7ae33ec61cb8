/**
 * Writing a {@link org.isomorph.convert.Blueprint} into a directory: fast, in flat memory, and so
 * that an interruption at any moment costs at most the files that were being written.
 *
 * <pre>
 *   Executor: check, lock, resume, write, put in place
 *     Inspection    is the blueprint possible, before anything is created
 *     Destination   the directory that is replaced, and what may not be
 *     Partial       DST.partial: lock, plan, journal, files
 *     Schedule      which thread works on which chunk of which file
 *       Chunks      a file's tasks, cut into equal pieces of work
 *       Worker      one thread: buffers, channels; carries out chunks
 *         Tiling, Strided   bounded pieces of a box: read, permute, round, write
 *         Sink              into a file, or into a comparison with one
 *   Recheck: the same work, compared with files that are there
 * </pre>
 */
@NullMarked
package org.isomorph.convert.run;

import org.jspecify.annotations.NullMarked;
