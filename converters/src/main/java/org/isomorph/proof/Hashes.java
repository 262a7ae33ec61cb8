package org.isomorph.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorSource;

/** SHA-256 of tensors' elements: dense, row-major, little-endian, whatever file they come from. */
public final class Hashes {
  private static final int PART = 1 << 20;

  private final ProgressListener listener;
  private long done;
  private long total;

  private Hashes(ProgressListener listener) {
    this.listener = listener;
  }

  /** The hashes of all tensors of a checkpoint, by name, in its order. */
  public static Map<String, String> of(StoredTensors stored, ProgressListener listener) {
    return new Hashes(listener).all(stored.logical().values());
  }

  private Map<String, String> all(Collection<LogicalTensor> tensors) {
    total = tensors.stream().map(LogicalTensor::info).mapToLong(TensorInfo::bytes).sum();
    Map<String, String> found = new ConcurrentHashMap<>();
    tensors.parallelStream().forEach(tensor -> found.put(tensor.name(), hash(tensor)));
    Map<String, String> ordered = new LinkedHashMap<>();
    for (LogicalTensor tensor : tensors)
      ordered.put(tensor.name(), found.getOrDefault(tensor.name(), ""));
    return ordered;
  }

  /** Listeners hear one thread at a time. */
  private synchronized void report(long bytes, String doing) {
    done += bytes;
    listener.progress(done, total, doing);
  }

  private String hash(LogicalTensor tensor) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      TensorSource.ElementReader reader = tensor.open(TensorSource.StoredBytes.DIRECT);
      long bytes = tensor.info().bytes();
      byte[] part = new byte[(int) Math.min(PART, bytes)];
      int width = tensor.dtype().width();
      for (long at = 0; at < bytes; at += part.length) {
        int length = (int) Math.min(part.length, bytes - at);
        reader.read(at / width, MemorySegment.ofArray(part).asSlice(0, length));
        digest.update(part, 0, length);
        report(length, tensor.name());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
