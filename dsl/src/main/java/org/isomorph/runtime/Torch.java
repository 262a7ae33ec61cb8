package org.isomorph.runtime;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.jspecify.annotations.Nullable;

/**
 * libtorch itself: started when it is first needed, once, and then there until the process ends.
 *
 * <p>Starting maps a library of hundreds of megabytes, so nothing else may touch DJL's classes.
 */
final class Torch {
  /** The version of libtorch that the pinned engine is made for. */
  static final String VERSION = "2.7.1";

  /**
   * What starting came to. A class that fails to initialise says why only once, and any thread may
   * be the first: so the failure is kept, and told to all who ask.
   */
  private static final class Started {
    /** DJL keeps what depends on the thread; nothing is ever left in this engine's manager. */
    static final @Nullable Engine ENGINE;

    static final @Nullable String FAILURE;

    static {
      Engine engine = null;
      String failure = null;
      // DJL would fetch what it does not find, and report where it runs.
      setUnlessSet("ai.djl.offline", "true");
      setUnlessSet("OPT_OUT_TRACKING", "true");
      try {
        engine = Engine.getEngine("PyTorch");
      } catch (RuntimeException | LinkageError failed) {
        failure =
            "libtorch cannot be started: "
                + NativeErrors.rootMessage(failed)
                + ". Its native libraries must be on the class path (ai.djl.pytorch:pytorch-jni and"
                + " pytorch-native-cpu), or PYTORCH_LIBRARY_PATH must name the folder of a libtorch "
                + VERSION;
      }
      ENGINE = engine;
      FAILURE = failure;
    }

    private static void setUnlessSet(String property, String value) {
      if (System.getProperty(property) == null) System.setProperty(property, value);
    }
  }

  private static Engine engine() {
    Engine engine = Started.ENGINE;
    if (engine == null) throw new RunException(String.valueOf(Started.FAILURE));
    return engine;
  }

  private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(Torch::prepare);

  private Torch() {}

  /** Starts libtorch if need be, and readies this thread; to be called before any native call. */
  static void ready() {
    PREPARED.get();
  }

  /** Starts libtorch if need be; what goes wrong is told by {@link #ready}. */
  static void start() {
    Engine _ = Started.ENGINE;
  }

  /**
   * As {@link #start}, on a thread of its own. A process that ends meanwhile waits for it: libtorch
   * aborts when it is taken down before it has come up.
   */
  static void startAside() {
    Thread starting = Thread.ofPlatform().daemon().name("libtorch").unstarted(Torch::start);
    Thread waiting =
        new Thread(() -> {
          try {
            starting.join();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        });
    Runtime.getRuntime().addShutdownHook(waiting);
    starting.start();
  }

  private static boolean prepare() {
    engine();
    // Kept by thread. Optimising costs the first two runs more than it ever gains.
    JniUtils.setGraphExecutorOptimize(false);
    return true;
  }

  /** A manager of arrays on a device, to be closed. */
  static PtNDManager manager(Device device) {
    ready();
    NDManager manager = engine().newBaseManager(device.djl());
    return (PtNDManager) manager;
  }

  /** How many GPUs there are that libtorch can use. */
  static int gpus() {
    ready();
    return JniUtils.getFeatures().contains("CUDA") ? engine().getGpuCount() : 0;
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
