package org.isomorph.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What towers gave to those after them, and the keys and values that a tower's layers share. */
final class Streams {
  /** What left a tower, after its final norm, and the tokens it belongs to. */
  record Stream(String value, Sequence sequence) {}

  private final Map<String, Stream> towers = new HashMap<>();
  private @Nullable String cacheKeys;
  private @Nullable String cacheValues;

  void put(String tower, Stream stream) {
    towers.put(tower, stream);
  }

  Stream of(String tower) {
    return Objects.requireNonNull(towers.get(tower), tower);
  }

  void share(String keys, String values) {
    cacheKeys = keys;
    cacheValues = values;
  }

  String cacheKeys() {
    return Objects.requireNonNull(cacheKeys);
  }

  String cacheValues() {
    return Objects.requireNonNull(cacheValues);
  }
}
