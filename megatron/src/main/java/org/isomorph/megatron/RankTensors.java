package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.sharding.TorchViews;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TorchTensor;
import org.isomorph.tensorfile.pickle.PickleValue;

/**
 * The logical tensors of a checkpoint in the format {@code torch}: what each rank should hold is
 * computed from the model and the layout, and looked up in its file.
 */
final class RankTensors {
  private static final String HELD = "held";

  private final RankFiles files;
  private final Table table;
  private final RankGrid grid;
  private final Shards shards;
  private final Naming naming;

  /** Attention heads of a rank. */
  private final long heads;

  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final List<Piece<TensorSource, String>> pieces = new ArrayList<>();
  private final Map<String, Mapping<TensorSource, TensorSource>> replicas = new LinkedHashMap<>();
  private final Map<RankFile, List<Set<String>>> known = new HashMap<>();

  RankTensors(RankFiles files, Model model, Table table) {
    this.files = files;
    this.table = table;
    this.grid = RankGrid.of(files, model);
    Form form = Form.of(model, grid.implementation(), grid.modules());
    this.shards = new Shards(grid.layout(), form, grid.padded());
    this.naming = new Naming(form);
    this.heads = Outline.of(model).heads().heads() / grid.layout().tensor();
  }

  /** All of them, and where they are. */
  StoredTensors stored() {
    for (Table.Entry entry : table.entries()) join(entry);
    return new StoredTensors(tensors, new Mapping<>(pieces), replicas, besides());
  }

  private void join(Table.Entry entry) {
    TensorInfo logical = new TensorInfo(entry.name(), DType.F32, entry.shape());
    Map<Layout<String>, Mapping<TensorSource, String>> parts = new LinkedHashMap<>();
    List<Mapping<TensorSource, TensorSource>> others = new ArrayList<>();
    Optional<TorchTensor> first = Optional.empty();
    long elements = 0;
    for (Shard shard : shards.of(logical)) {
      TorchTensor found = find(shard);
      if (first.isEmpty()) first = Optional.of(found);
      check(shard, found, first.get(), entry.shape());
      if (shard.layout().isEmpty()) continue;
      Layout<String> layout = shard.layout().get();
      Mapping<TensorSource, String> part = part(shard, layout, found, entry);
      Mapping<TensorSource, String> earlier = parts.putIfAbsent(layout, part);
      if (earlier == null) {
        pieces.addAll(part.pieces());
        elements += part.elements();
      } else others.add(earlier.then(part.inverse()));
    }
    // Never fewer than there are, whatever the ranks were taken for.
    if (elements != entry.shape().elements())
      throw TensorFileException.in(
          files.directory().weights(),
          entry.name(),
          "expected %,d elements over all ranks (%s), found %,d; a rank's directory is missing"
              .formatted(entry.shape().elements(), grid.layout(), elements));
    DType dtype = first.map(tensor -> tensor.info().dtype()).orElse(DType.F32);
    tensors.put(entry.name(), new TensorInfo(entry.name(), dtype, entry.shape()));
    if (!others.isEmpty()) replicas.put(entry.name(), Mapping.union(others));
  }

  /** From the elements of a rank's tensor to the logical ones. */
  private Mapping<TensorSource, String> part(
      Shard shard, Layout<String> layout, TorchTensor found, Table.Entry entry) {
    RankFile file = grid.file(shard.rank());
    Layout<String> stored =
        shard.address().part().startsWith("self_attention.linear_qkv.")
            ? Legacy.queryKeyValue(layout, version(file), heads)
            : layout;
    Mapping<TensorSource, String> held =
        new Mapping<>(List.of(new Piece<>(found.storage(), HELD, TorchViews.box(found))));
    return held.then(stored.mapping(HELD, _ -> entry.shape()).inverse());
  }

  /** Old files do not say a version, and are of the first. */
  private double version(RankFile file) {
    boolean legacy =
        grid.chunk(file, 0).keySet().stream().anyMatch(n -> n.startsWith("language_model."));
    return file.version().orElse(legacy ? 0.0 : 3.0);
  }

  private TorchTensor find(Shard shard) {
    RankFile file = grid.file(shard.rank());
    Map<String, PickleValue> chunk = grid.chunk(file, shard.pass());
    for (String name : naming.torchNames(shard.held(), shard.address())) {
      PickleValue found = chunk.get(name);
      if (found == null) continue;
      known(file).get(shard.pass()).add(name);
      return file.file().tensor(name, found);
    }
    throw TensorFileException.in(
        file.path(),
        naming.torch(shard.held(), shard.address()),
        "expected %s of the rank (%s), found none among %d tensors; the file is not whole, or of another model"
            .formatted(shard.shape(), shard.rank(), chunk.size()));
  }

  private List<Set<String>> known(RankFile file) {
    return known.computeIfAbsent(
        file,
        _ -> {
          List<Set<String>> names = new ArrayList<>();
          for (int pass = 0; pass < grid.layout().pipeline().virtual(); pass++)
            names.add(new HashSet<>());
          return names;
        });
  }

  private void check(Shard shard, TorchTensor found, TorchTensor first, Shape whole) {
    if (!found.shape().equals(shard.shape()))
      throw TensorFileException.in(
          grid.file(shard.rank()).path(),
          found.name(),
          "expected %s, the share of the rank (%s) of %s, found %s; a rank's directory is missing, or the configuration is another model's"
              .formatted(shard.shape(), shard.rank(), whole, found.shape()));
    if (found.info().dtype() != first.info().dtype())
      throw TensorFileException.in(
          grid.file(shard.rank()).path(),
          found.name(),
          "expected %s, as in %s, found %s"
              .formatted(first.info().dtype(), first.storage().file(), found.info().dtype()));
  }

  // ---- what is no tensor of the model

  private Map<String, String> besides() {
    Map<String, String> besides = new LinkedHashMap<>();
    for (RankFile file : files.files()) {
      for (int pass = 0; pass < grid.layout().pipeline().virtual(); pass++)
        for (String name : grid.chunk(file, pass).keySet())
          if (!known(file).get(pass).contains(name))
            besides.put(file.directory() + ": " + name, "in no row of the megatron table");
      besides.putAll(file.training());
    }
    return besides;
  }
}
