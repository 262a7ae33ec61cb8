package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.RunOptions;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorSource;

/**
 * A checkpoint opened: its family, its model, and where each canonical parameter's elements are
 * stored. Only headers were read.
 */
public final class Checkpoint {
  private final Path directory;
  private final Config config;
  private final Dialect dialect;
  private final Model model;
  private final Table table;
  private final StoredTensors stored;
  private final Map<String, String> names;
  private final List<String> unknown;

  Checkpoint(
      Path directory,
      Config config,
      Dialect dialect,
      Model model,
      Table table,
      StoredTensors stored) {
    this.directory = directory;
    this.config = config;
    this.dialect = dialect;
    this.model = model;
    this.table = table;
    this.stored = stored;
    this.names = new HashMap<>();
    List<String> missing = new ArrayList<>();
    for (Table.Entry entry : table.entries())
      resolve(entry)
          .ifPresentOrElse(name -> names.put(entry.name(), name), () -> missing.add(entry.name()));
    if (!missing.isEmpty()) throw missing(missing);
    Set<String> known = new HashSet<>(names.values());
    for (Table.Duplicate duplicate : table.duplicates()) known.add(duplicate.name());
    for (Table.Zeros zeros : table.zeros()) known.add(zeros.name());
    this.unknown =
        stored.tensors().keySet().stream()
            .filter(name -> !known.contains(name) && !table.ignores(name))
            .toList();
  }

  /** Opens a directory in whatever family its configuration says. */
  public static Checkpoint open(Path directory, Dialects dialects) throws IOException {
    return open(directory, dialects, Optional.empty(), Optional.empty());
  }

  /**
   * Opens a directory.
   *
   * @param from the family, where the configuration does not say or should not be believed
   * @param configuration a configuration file to read in place of the directory's own
   * @throws DialectException if the configuration makes no sense
   * @throws ConversionRefused if the files do not hold what the configuration describes
   */
  public static Checkpoint open(
      Path directory, Dialects dialects, Optional<Dialect> from, Optional<Path> configuration)
      throws IOException {
    return new Opening(directory, dialects, from, configuration).checkpoint();
  }

  /** The same checkpoint with other tensors in place of those in the files. */
  public Checkpoint presenting(UnaryOperator<StoredTensors> tensors) {
    return new Checkpoint(directory, config, dialect, model, table, tensors.apply(stored));
  }

  private Optional<String> resolve(Table.Entry entry) {
    List<String> candidates = new ArrayList<>(List.of(entry.name()));
    candidates.addAll(entry.aliases());
    for (String name : candidates) {
      TensorInfo found = stored.tensors().get(name);
      if (found == null) continue;
      if (!found.shape().equals(entry.shape()))
        throw new ConversionRefused(
            directory
                + ": tensor "
                + name
                + " ("
                + entry.layout()
                + "): expected shape "
                + entry.shape()
                + " from "
                + config.file()
                + ", found "
                + found.shape()
                + ". Either the configuration belongs to another model, or the file does");
      return Optional.of(name);
    }
    return Optional.empty();
  }

  private ConversionRefused missing(List<String> missing) {
    int shown = Math.min(missing.size(), 5);
    String first =
        String.join(", ", missing.subList(0, shown)) + (missing.size() > shown ? ", ..." : "");
    return new ConversionRefused(
        directory
            + ": "
            + missing.size()
            + " of "
            + table.entries().size()
            + " tensors of a "
            + dialect.name()
            + " checkpoint are missing: "
            + first
            + ". The files hold "
            + stored.tensors().size()
            + " tensors; is a shard missing, or does "
            + config.file()
            + " belong to another model?");
  }

  public Path directory() {
    return directory;
  }

  public Config config() {
    return config;
  }

  public Dialect dialect() {
    return dialect;
  }

  public Model model() {
    return model;
  }

  public Table table() {
    return table;
  }

  /** The tensors in the files, as the family speaks of them. */
  public StoredTensors stored() {
    return stored;
  }

  /** The name under which the files have a tensor of the table: its own, or an older one. */
  public String storedName(Table.Entry entry) {
    String name = names.get(entry.name());
    if (name == null)
      throw new IllegalArgumentException(entry.name() + " is not a tensor of this checkpoint");
    return name;
  }

  /**
   * Tensors in the files that are in no row of the family's table: nobody knows what they are, and
   * they stay behind.
   */
  public List<String> unknown() {
    return unknown;
  }

  /** Tensors of the files that repeat a parameter. */
  public List<Table.Duplicate> duplicates() {
    return table.duplicates().stream()
        .filter(duplicate -> stored.tensors().containsKey(duplicate.name()))
        .toList();
  }

  /** Tensors of the files that must hold nothing but zeros. */
  public List<Table.Zeros> zeros() {
    return table.zeros().stream()
        .filter(zeros -> stored.tensors().containsKey(zeros.name()))
        .toList();
  }

  /** From stored elements to those of canonical parameters. */
  public Mapping<TensorSource, String> parameters() {
    return stored.storage().then(tensorsToParameters());
  }

  /** From the tensors of the files to canonical parameters. */
  Mapping<String, String> tensorsToParameters() {
    return Mapping.union(
        table.entries().stream().map(entry -> parametersToTensor(entry).inverse()).toList());
  }

  private Mapping<String, String> parametersToTensor(Table.Entry entry) {
    return entry.layout().mapping(storedName(entry), table::shape);
  }

  /** The checkpoint's model, ready to run from the files as they are; to be closed. */
  public LoadedModel load(RunOptions options) {
    return LoadedModel.load(model, CheckpointWeights.of(this), options);
  }

  /** The dtype of most of the checkpoint's elements. */
  public DType mainDType() {
    return DTypes.main(stored.tensors().values());
  }
}
