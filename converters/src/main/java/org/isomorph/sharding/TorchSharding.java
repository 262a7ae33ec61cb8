package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.FileNames;
import org.isomorph.tensorfile.SafetensorsIndex;
import org.isomorph.tensorfile.ShardPlan;
import org.isomorph.tensorfile.TorchDirectory;
import org.isomorph.tensorfile.TorchLayout;

/**
 * Torch files, named as Hugging Face's libraries name them and cut into shards of bounded size
 * where there is more than one shard's worth.
 *
 * @param maxShardBytes the most bytes of data that a shard of several tensors may have
 */
public record TorchSharding(long maxShardBytes) implements Sharding {
  @Override
  public WrittenTensors files(List<TensorInfo> tensors) {
    List<List<TensorInfo>> shards = ShardPlan.cut(tensors, maxShardBytes);
    if (shards.size() == 1)
      return WrittenTensors.whole(
          List.of(file(TorchDirectory.SINGLE_FILE_NAME, tensors)), Map.of());
    List<WrittenTensors.File> files = new ArrayList<>();
    Map<String, String> weightMap = new TreeMap<>();
    long totalSize = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = FileNames.shard("pytorch_model", i + 1, shards.size(), "bin");
      files.add(file(name, shards.get(i)));
      for (TensorInfo tensor : shards.get(i)) {
        weightMap.put(tensor.name(), name);
        totalSize = Math.addExact(totalSize, tensor.bytes());
      }
    }
    String index = SafetensorsIndex.of(weightMap, totalSize).toJson();
    return WrittenTensors.whole(files, Map.of(TorchDirectory.INDEX_FILE_NAME, index));
  }

  /** One torch file of these tensors. */
  static WrittenTensors.File file(String name, List<TensorInfo> tensors) {
    TorchLayout layout = TorchLayout.of(tensors);
    List<WrittenTensors.Entry> entries = new ArrayList<>();
    for (TensorInfo tensor : tensors) {
      Long offset = layout.offsets().get(tensor.name());
      if (offset == null) throw new IllegalStateException(tensor + " has no place");
      entries.add(new WrittenTensors.Entry(name, tensor, offset));
    }
    return new WrittenTensors.File(
        name, layout.fileSize(), layout.fixed(), layout.seals(), entries);
  }
}
