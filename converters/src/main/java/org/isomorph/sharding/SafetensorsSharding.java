package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.TensorInfo;
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
    List<Piece<String, WrittenTensors.Entry>> pieces = new ArrayList<>();
    plan.files()
        .forEach((name, layout) -> {
          List<WrittenTensors.Entry> entries = new ArrayList<>();
          layout
              .ranges()
              .values()
              .forEach(range -> {
                WrittenTensors.Entry entry =
                    new WrittenTensors.Entry(name, range.info(), range.begin());
                entries.add(entry);
                long elements = range.info().shape().elements();
                if (elements > 0)
                  pieces.add(new Piece<>(range.info().name(), entry, Box.run(0, 0, elements)));
              });
          files.add(
              new WrittenTensors.File(
                  name, layout.header(), layout.fileSize(), List.copyOf(entries)));
        });
    Map<String, String> texts = new HashMap<>();
    plan.index().ifPresent(index -> texts.put(SafetensorsIndex.FILE_NAME, index.toJson()));
    return new WrittenTensors(files, texts, new Mapping<>(pieces));
  }
}
