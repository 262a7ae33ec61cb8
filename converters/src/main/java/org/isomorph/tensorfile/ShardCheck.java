package org.isomorph.tensorfile;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks that shards hold what their index says, each tensor once. */
final class ShardCheck {
  private ShardCheck() {}

  static void check(Path indexFile, SafetensorsIndex index, List<SafetensorsHeader> headers) {
    Map<String, String> shardOf = new HashMap<>();
    for (SafetensorsHeader header : headers) {
      String shard = String.valueOf(header.file().getFileName());
      for (String tensor : header.tensors().keySet()) {
        String other = shardOf.putIfAbsent(tensor, shard);
        if (other != null)
          throw TensorFileException.in(
              indexFile,
              tensor,
              "expected in one shard, found in %s and in %s".formatted(other, shard));
      }
    }
    index
        .weightMap()
        .forEach((tensor, shard) -> {
          String found = shardOf.get(tensor);
          if (!shard.equals(found))
            throw TensorFileException.in(
                indexFile,
                tensor,
                "expected in shard %s, found %s"
                    .formatted(shard, found == null ? "in none" : "in " + found));
        });
  }
}
