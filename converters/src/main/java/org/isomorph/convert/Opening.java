package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Storage;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecException;

/**
 * How a directory becomes a {@link Checkpoint}: a configuration beside weights says what they are,
 * unless a family keeps both in a way of its own.
 *
 * @param from the family, where the configuration does not say or should not be believed
 * @param configuration a configuration file to read in place of the directory's own
 */
record Opening(
    Path directory, Dialects dialects, Optional<Dialect> from, Optional<Path> configuration) {

  Checkpoint checkpoint() throws IOException {
    if (!Files.isDirectory(directory))
      throw new ConversionRefused(
          directory
              + ": expected a checkpoint's directory, found "
              + (Files.exists(directory) ? "a file" : "nothing there"));
    if (configuration.isPresent() && !Files.isRegularFile(configuration.get()))
      throw new ConversionRefused(
          configuration.get() + ": expected a configuration to read, found no such file");
    for (Dialect each : from.map(List::of).orElseGet(dialects::all)) {
      if (each.storage().isEmpty()) continue;
      Optional<Storage.Kept> kept = each.storage().get().open(directory);
      if (kept.isPresent()) return kept(each, kept.get());
      if (from.isPresent())
        throw new ConversionRefused(
            directory + ": expected a checkpoint as " + each.name() + " keeps them, found none");
    }
    return beside();
  }

  /** Opens weights with a configuration beside them. */
  private Checkpoint beside() throws IOException {
    Config written = Config.read(configuration.orElseGet(this::found));
    Config config = Quantisation.without(written);
    Dialect dialect = from.orElseGet(() -> dialects.reading(config));
    StoredTensors stored = Quantisation.present(written, StoredTensors.open(directory));
    Model model = named(described(dialect, config, TensorInfos.of(stored.tensors())));
    return new Checkpoint(
        directory, config, dialect, model, Table.of(model, dialect.rows(model)), stored);
  }

  /** Opens what a family keeps in its own way, and whose model others may describe. */
  private Checkpoint kept(Dialect dialect, Storage.Kept kept) throws IOException {
    Optional<Config> own = configuration.isPresent() ? Optional.empty() : kept.config();
    if (own.isPresent())
      return kept(dialect, kept, own.get(), described(dialect, own.get(), TensorInfos.UNKNOWN));
    Path beside = directory.resolve(Dialect.CONFIGURATION_FILE);
    Path file =
        configuration
            .or(() -> Files.isRegularFile(beside) ? Optional.of(beside) : Optional.empty())
            .orElseThrow(() ->
                new ConversionRefused(
                    "%s: the files do not say what model they are of; name a configuration of it with --config: a config.json of any family, or a specification"
                        .formatted(directory)));
    Model described = ModelReference.described(file, dialects).model();
    return switch (Expression.of(dialect, described, Spelling.BEFORE_5)) {
      case Expression.Expressed yes -> kept(dialect, kept, yes.config(), yes.model());
      case Expression.Refused no ->
          throw new ConversionRefused(
              "%s: the files are %s's, which cannot express the model that %s describes"
                  .formatted(directory, dialect.name(), file),
              no.reasons().stream().map(Difference::sentence).toList());
    };
  }

  private Checkpoint kept(Dialect dialect, Storage.Kept kept, Config config, Model model) {
    Model named = named(model);
    Table table = Table.of(named, dialect.rows(named));
    return new Checkpoint(directory, config, dialect, named, table, kept.tensors(named, table));
  }

  /** A model goes by the name of its directory. */
  private Model named(Model model) {
    Path name = directory.toAbsolutePath().normalize().getFileName();
    return name == null ? model : model.named(name.toString());
  }

  private Path found() {
    Collection<String> names =
        from.<Collection<String>>map(dialect -> List.of(dialect.configurationFile()))
            .orElseGet(dialects::configurationFiles);
    for (String name : names)
      if (Files.isRegularFile(directory.resolve(name))) return directory.resolve(name);
    throw new ConversionRefused(
        directory
            + ": expected a checkpoint's "
            + String.join(" or ", names)
            + ", found none; name a configuration with --config");
  }

  /** What a configuration describes; what makes no sense is said with the file's name. */
  static Model described(Dialect dialect, Config config, TensorInfos tensors) {
    try {
      return dialect.spec(config, tensors);
    } catch (SpecException senseless) {
      throw new DialectException(config.file() + ": " + senseless.getMessage(), senseless);
    }
  }
}
