package org.isomorph.runtime;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/**
 * libtorch itself: started when it is first needed, once, and then there until the process ends.
 *
 * <p>Starting maps a library of hundreds of megabytes, so nothing else may touch DJL's classes.
 */
final class Torch {
  /** The version of libtorch that the pinned engine is made for. */
  static final String VERSION = "2.7.1";

  /** DJL keeps what depends on the thread; nothing is ever left in this manager. */
  private static final class Started {
    static final Engine ENGINE = start();

    private static Engine start() {
      // DJL would fetch what it does not find, and report where it runs.
      setUnlessSet("ai.djl.offline", "true");
      setUnlessSet("OPT_OUT_TRACKING", "true");
      try {
        return Engine.getEngine("PyTorch");
      } catch (RuntimeException | LinkageError failed) {
        throw new RunException(
            "libtorch cannot be started: "
                + NativeErrors.rootMessage(failed)
                + ". Its native libraries must be on the class path (ai.djl.pytorch:pytorch-jni and"
                + " pytorch-native-cpu), or PYTORCH_LIBRARY_PATH must name the folder of a libtorch "
                + VERSION,
            failed);
      }
    }

    private static void setUnlessSet(String property, String value) {
      if (System.getProperty(property) == null) System.setProperty(property, value);
    }
  }

  private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(Torch::prepare);

  private Torch() {}

  /** Starts libtorch if need be, and readies this thread; to be called before any native call. */
  static void ready() {
    PREPARED.get();
  }

  private static boolean prepare() {
    Started.ENGINE.getEngineName();
    // Kept by thread. Optimising costs the first two runs more than it ever gains.
    JniUtils.setGraphExecutorOptimize(false);
    return true;
  }

  /** A manager of arrays on a device, to be closed. */
  static PtNDManager manager(Device device) {
    ready();
    NDManager manager = Started.ENGINE.newBaseManager(device.djl());
    return (PtNDManager) manager;
  }

  /** How many GPUs there are that libtorch can use. */
  static int gpus() {
    ready();
    return JniUtils.getFeatures().contains("CUDA") ? Started.ENGINE.getGpuCount() : 0;
  }

  /** How many threads one operation may use; as many as there are cores unless set. */
  static int threads() {
    ready();
    return JniUtils.getNumThreads();
  }

  /** Sets how many threads one operation may use, from now on and for all Java threads. */
  static void threads(int number) {
    ready();
    JniUtils.setNumThreads(number);
  }
}
