/**
 * Python's pickles, parsed and never executed.
 *
 * <p>A pickle is a program for a stack machine, and to load one as Python does means to call
 * whatever functions it names. {@link org.isomorph.tensorfile.pickle.PickleReader} runs the machine
 * without that last step: a call becomes a {@link
 * org.isomorph.tensorfile.pickle.PickleValue.Instance} that says what would have been called with
 * what. So nothing that a file says can do more than become data, and files are readable whose
 * classes nobody has.
 */
@NullMarked
package org.isomorph.tensorfile.pickle;

import org.jspecify.annotations.NullMarked;
