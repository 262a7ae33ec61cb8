package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.SafetensorsIndex;
import org.isomorph.tensorfile.ShardPlan;

/**
 * Safetensors, cut into shards of bounded size where there is more than one shard's worth.
 *
 * @param maxShardBytes the most bytes of data that a shard of several tensors may have
 */
public record SafetensorsSharding(long maxShardBytes) implements Sharding {
  @Override
  public WrittenTensors files(List<TensorInfo> tensors) {
    ShardPlan plan = ShardPlan.of(tensors, maxShardBytes);
    List<WrittenTensors.File> files = new ArrayList<>();
    plan.files()
        .forEach((name, layout) -> {
          List<WrittenTensors.Entry> entries =
              layout.ranges().values().stream()
                  .map(range -> new WrittenTensors.Entry(name, range.info(), range.begin()))
                  .toList();
          List<FixedBytes> header = List.of(new FixedBytes(0, layout.header()));
          files.add(new WrittenTensors.File(name, layout.fileSize(), header, List.of(), entries));
        });
    Map<String, String> texts = new HashMap<>();
    plan.index().ifPresent(index -> texts.put(SafetensorsIndex.FILE_NAME, index.toJson()));
    return WrittenTensors.whole(files, texts);
  }
}
