package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Model;
import org.isomorph.spec.kotlin.SpecJson;
import org.isomorph.tensor.DType;

/**
 * A model as people name one: a checkpoint's directory, a specification as JSON, a bare
 * configuration, or a published model.
 *
 * @param model what it describes
 * @param dialect its family, unless it is a bare specification
 * @param config its configuration, likewise
 * @param checkpoint its files, if it has any
 */
public record ModelReference(
    Model model,
    Optional<Dialect> dialect,
    Optional<Config> config,
    Optional<Checkpoint> checkpoint) {
  /**
   * Finds a model.
   *
   * @param name a directory, a JSON file, or a preset's name
   * @throws ConversionRefused if there is none of these
   */
  public static ModelReference find(String name, Dialects dialects) throws IOException {
    return find(name, dialects, Optional.empty());
  }

  /**
   * Finds a model.
   *
   * @param name a directory, a JSON file, or a preset's name
   * @param configuration a configuration to read in place of a directory's own
   * @throws ConversionRefused if there is none of these
   */
  public static ModelReference find(String name, Dialects dialects, Optional<Path> configuration)
      throws IOException {
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      Checkpoint checkpoint = Checkpoint.open(path, dialects, Optional.empty(), configuration);
      return new ModelReference(
          checkpoint.model(),
          Optional.of(checkpoint.dialect()),
          Optional.of(checkpoint.config()),
          Optional.of(checkpoint));
    }
    if (Files.isRegularFile(path)) return described(path, dialects);
    return dialects
        .preset(name)
        .map(found -> described(found.getKey(), found.getValue().config(), found.getValue().name()))
        .orElseThrow(() ->
            new ConversionRefused(
                name
                    + ": expected a checkpoint's directory, a JSON file, or a preset; `isomorph families --presets` lists presets"));
  }

  /** The model that a JSON file describes: a specification, or a family's configuration. */
  static ModelReference described(Path path, Dialects dialects) throws IOException {
    Config config = Config.read(path);
    if (config.has("schema"))
      return new ModelReference(
          SpecJson.read(Files.readString(path)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    Path parent = path.toAbsolutePath().normalize().getParent();
    Path folder = parent == null ? null : parent.getFileName();
    return described(
        dialects.reading(config), config, folder == null ? "model" : folder.toString());
  }

  private static ModelReference described(Dialect dialect, Config config, String name) {
    return new ModelReference(
        Opening.described(dialect, config, TensorInfos.UNKNOWN).named(name),
        Optional.of(dialect),
        Optional.of(config),
        Optional.empty());
  }

  /**
   * The checkpoint, for what needs weights.
   *
   * @throws ConversionRefused if the model is only described
   */
  public Checkpoint weights() {
    return checkpoint.orElseThrow(() ->
        new ConversionRefused(
            "%s is a description, without weights: expected a checkpoint's directory. `isomorph init SPEC DIR --to %s` writes one with random weights"
                .formatted(model.name(), dialect.map(Dialect::name).orElse("DIALECT"))));
  }

  /** The dtype of the weights: what the files hold, or what the configuration says, or bfloat16. */
  public DType dtype() {
    return checkpoint
        .map(Checkpoint::mainDType)
        .or(() -> config.flatMap(DTypeKeys::get))
        .orElse(DType.BF16);
  }
}
