package org.isomorph.convert.run;

/**
 * Hears how far an execution is.
 *
 * <p>All calls come from the thread that called {@link Executor#run}, at most a few times a second
 * and once at the end, so a listener may draw.
 */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. No lambda: the JVM would make its class whenever any listener is first used. */
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void progress(long bytesDone, long bytesTotal, String doing) {}
      };

  /**
   * So much is done.
   *
   * @param bytesDone bytes of the destination that are in place, those of resumed files included
   * @param bytesTotal bytes that the destination will have
   * @param doing the file that is being written, or what else happens
   */
  void progress(long bytesDone, long bytesTotal, String doing);

  /** Something that a person should know and that stops nothing: one sentence. */
  default void note(String message) {}
}
