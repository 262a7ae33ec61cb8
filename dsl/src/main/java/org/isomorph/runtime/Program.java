package org.isomorph.runtime;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A TorchScript archive, loaded: its methods can be called, from many threads at once, without
 * gradients.
 */
final class Program implements AutoCloseable {
  private final PtNDManager manager;
  private final PtSymbolBlock block;

  // Held shared by calls: closing waits for them, since what they run would be deleted.
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  private Program(PtNDManager manager, PtSymbolBlock block) {
    this.manager = manager;
    this.block = block;
  }

  /**
   * Loads an archive from memory: right for a program without weights.
   *
   * @param device where weights inside the archive go
   * @throws RunException if it is not an archive that libtorch understands
   */
  static Program load(byte[] archive, Device device) {
    return load(
        "loading a program",
        device,
        manager ->
            JniUtils.loadModule(
                manager, new ByteArrayInputStream(archive), !device.isCpu(), false));
  }

  /** Loads an archive from a file, of any size. */
  static Program load(Path archive, Device device) {
    // Checked here, since libtorch tells neither a folder nor a missing file from a broken archive.
    if (!Files.isRegularFile(archive))
      throw new RunException(
          archive
              + ": expected a TorchScript archive, found "
              + (Files.exists(archive) ? "a folder" : "no such file"));
    return load(
        archive.toString(),
        device,
        manager ->
            JniUtils.loadModule(
                manager, archive, !device.isCpu(), new String[0], new String[0], false));
  }

  private interface Loader {
    PtSymbolBlock load(PtNDManager manager) throws IOException;
  }

  private static Program load(String what, Device device, Loader loader) {
    PtNDManager manager = Torch.manager(device);
    try {
      return new Program(manager, loader.load(manager));
    } catch (RuntimeException failed) {
      manager.close();
      throw NativeErrors.of(what, failed);
    } catch (IOException failed) {
      manager.close();
      throw new RunException(what + ": " + failed.getMessage(), failed);
    }
  }

  /**
   * Calls a method of the archive's class M.
   *
   * @param arguments those after {@code self}; they stay the caller's
   * @return what the method returns, to be closed
   * @throws RunException if there is no such method, the arguments do not fit it, or it fails
   * @throws IllegalStateException if this program or an argument is closed
   */
  NativeValue call(String method, NativeValue... arguments) {
    Torch.ready();
    Lock lock = use.readLock();
    lock.lock();
    try {
      if (closed) throw new IllegalStateException("the program is closed");
      IValue[] values = new IValue[arguments.length];
      for (int i = 0; i < values.length; i++) values[i] = arguments[i].value();
      return NativeValue.owning(IValueUtils.runMethod(block, method, values));
    } catch (ai.djl.engine.EngineException failed) {
      throw NativeErrors.of(method, failed);
    } finally {
      lock.unlock();
    }
  }

  /** Frees the program, once no call is running any more. */
  @Override
  public void close() {
    Lock lock = use.writeLock();
    lock.lock();
    try {
      if (closed) return;
      closed = true;
      block.close();
      manager.close();
    } finally {
      lock.unlock();
    }
  }
}
