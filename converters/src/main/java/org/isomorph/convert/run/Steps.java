package org.isomorph.convert.run;

/** Hears of each step that an execution has completed on disk: where a test pulls the plug. */
@FunctionalInterface
interface Steps {
  Steps NONE = _ -> {};

  /** The disk now is as after this step. */
  void reached(String step);
}
