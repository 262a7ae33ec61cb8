package org.isomorph.convert.run;

/** One thread of an execution. */
final class Worker {
  /** How many buffers a worker has: what is read, what is permuted, what is computed. */
  static final int BUFFERS = 4;

  private Worker() {}
}
