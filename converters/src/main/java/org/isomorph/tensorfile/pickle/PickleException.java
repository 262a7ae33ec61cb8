package org.isomorph.tensorfile.pickle;

/**
 * A pickle that is malformed, or larger than it may be. The message says at which byte of the
 * pickle, what was expected and what was found.
 */
public final class PickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PickleException(long position, String problem) {
    super("at byte " + position + " of the pickle: " + problem);
  }
}
