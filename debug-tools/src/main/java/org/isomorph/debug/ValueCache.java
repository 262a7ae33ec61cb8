package org.isomorph.debug;

import java.util.LinkedHashMap;
import java.util.Map;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Values that were computed, as many as may be kept: the ones used longest ago go first. */
final class ValueCache {
  private final long limit;
  private final LinkedHashMap<String, Tensor> values = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  ValueCache(long limit) {
    this.limit = limit;
  }

  synchronized @Nullable Tensor get(String name) {
    return values.get(name);
  }

  synchronized void put(String name, Tensor value) {
    long size = value.data().byteSize();
    if (size > limit) return;
    Tensor before = values.put(name, value);
    bytes += size - (before == null ? 0 : before.data().byteSize());
    var oldest = values.entrySet().iterator();
    while (bytes > limit) {
      Map.Entry<String, Tensor> entry = oldest.next();
      bytes -= entry.getValue().data().byteSize();
      oldest.remove();
    }
  }
}
