package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.layout.Mapping;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TorchLayout;
import org.isomorph.tensorfile.TorchValue;

/** Lays out the format {@code torch}: a directory for each rank, with one torch file. */
final class RankWriter {
  private static final String ROOT = "model_optim_rng";

  private final MegatronFiles.Draft draft;

  RankWriter(MegatronFiles.Draft draft) {
    this.draft = draft;
  }

  /** A rank's part of a tensor, by a name that tells it from all others of the file. */
  private record Held(Shard shard, String name, TensorInfo info) {}

  WrittenTensors files() {
    Map<Rank, List<Held>> byRank = new LinkedHashMap<>();
    for (Rank rank : draft.layout().ranks()) byRank.put(rank, new ArrayList<>());
    Naming naming = new Naming(draft.form());
    for (TensorInfo tensor : draft.tensors())
      for (Shard shard : draft.shards().of(tensor)) {
        String name = naming.torch(shard.held(), shard.address());
        TensorInfo info = new TensorInfo(shard.pass() + ":" + name, tensor.dtype(), shard.shape());
        byRank
            .computeIfAbsent(shard.rank(), _ -> new ArrayList<>())
            .add(new Held(shard, name, info));
      }
    // The table comes first, and a copy of it as a head where heads do: last.
    for (List<Held> held : byRank.values())
      held.sort((a, b) -> Boolean.compare(a.shard().isCopiedHead(), b.shard().isCopiedHead()));
    Map<Rank, String> directories = draft.layout().directories();
    Map<String, WrittenTensors.File> files = new LinkedHashMap<>();
    List<Mapping<String, WrittenTensors.Entry>> mappings = new ArrayList<>();
    Map<String, TensorInfo> logical = new LinkedHashMap<>();
    for (TensorInfo tensor : draft.tensors()) logical.put(tensor.name(), tensor);
    byRank.forEach((rank, held) -> {
      String path = draft.path(directories.get(rank) + "/" + ROOT + ".pt");
      if (!files.containsKey(path)) files.put(path, file(path, held, logical, mappings));
    });
    return new WrittenTensors(
        List.copyOf(files.values()), draft.texts(Map.of()), Mapping.union(mappings));
  }

  private WrittenTensors.File file(
      String path,
      List<Held> held,
      Map<String, TensorInfo> logical,
      List<Mapping<String, WrittenTensors.Entry>> mappings) {
    TorchLayout layout = TorchLayout.of(ROOT, value(held));
    List<WrittenTensors.Entry> entries = new ArrayList<>();
    for (Held each : held) {
      Long offset = layout.offsets().get(each.info().name());
      TensorInfo whole = logical.get(each.shard().tensor());
      if (offset == null || whole == null) throw new IllegalStateException(each + " has no place");
      TensorInfo named = new TensorInfo(each.name(), each.info().dtype(), each.info().shape());
      WrittenTensors.Entry entry = new WrittenTensors.Entry(path, named, offset);
      entries.add(entry);
      each.shard()
          .layout()
          .ifPresent(part -> mappings.add(part.mapping(entry, _ -> whole.shape())));
    }
    return new WrittenTensors.File(
        path, layout.fileSize(), layout.fixed(), layout.seals(), entries);
  }

  private TorchValue value(List<Held> held) {
    Map<String, TorchValue> top = draft.common();
    int passes = draft.layout().pipeline().virtual();
    for (int pass = 0; pass < passes; pass++) {
      SequencedMap<String, TorchValue> state = new LinkedHashMap<>();
      for (Held each : held)
        if (each.shard().pass() == pass) {
          state.put(each.name(), new TorchValue.Tensor(each.info()));
          Naming.state(each.name()).ifPresent(name -> state.putLast(name, TorchValue.None.NONE));
        }
      top.put(passes == 1 ? "model" : "model" + pass, new TorchValue.OrderedDict(state));
    }
    return new TorchValue.Dict(top);
  }
}
