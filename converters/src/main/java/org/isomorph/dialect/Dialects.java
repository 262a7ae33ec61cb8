package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/** The families that are known, by name. */
public final class Dialects {
  private final Map<String, Dialect> byName = new LinkedHashMap<>();
  private final List<Dialect> all;

  private Dialects(List<Dialect> dialects) {
    List<Dialect> sorted = new ArrayList<>(dialects);
    sorted.sort((a, b) -> a.name().compareTo(b.name()));
    all = List.copyOf(sorted);
    for (Dialect dialect : all) {
      register(dialect.name(), dialect);
      for (String alias : dialect.aliases()) register(alias, dialect);
    }
  }

  private void register(String name, Dialect dialect) {
    Dialect earlier = byName.put(name, dialect);
    if (earlier != null)
      throw new DialectException(
          "two families are called "
              + name
              + ": "
              + earlier.getClass().getName()
              + " and "
              + dialect.getClass().getName());
  }

  public static Dialects of(List<Dialect> dialects) {
    return new Dialects(dialects);
  }

  /**
   * All families that {@code loader} can see: those on the class path, or those in plug-in jars
   * too.
   */
  public static Dialects load(ClassLoader loader) {
    return new Dialects(
        ServiceLoader.load(Dialect.class, loader).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /**
   * These families and more.
   *
   * @throws DialectException if two go by one name
   */
  public Dialects and(List<Dialect> more) {
    List<Dialect> together = new ArrayList<>(all);
    together.addAll(more);
    return new Dialects(together);
  }

  /** All families, by name. */
  public List<Dialect> all() {
    return all;
  }

  /** What configurations are called, the usual name first. */
  public SequencedSet<String> configurationFiles() {
    SequencedSet<String> files = new LinkedHashSet<>(List.of(Dialect.CONFIGURATION_FILE));
    for (Dialect dialect : all) files.add(dialect.configurationFile());
    return files;
  }

  /** The family with this name or alias; {@code _} stands for {@code -}. */
  public Optional<Dialect> find(String name) {
    return Optional.ofNullable(byName.get(name.replace('_', '-')));
  }

  /**
   * The family with this name.
   *
   * @throws DialectException with the names that there are
   */
  public Dialect named(String name) {
    return find(name)
        .orElseThrow(
            () -> new DialectException("no family is called " + name + "; known are " + names()));
  }

  /**
   * The family whose configuration this is.
   *
   * @throws DialectException if none or several read it
   */
  public Dialect reading(Config config) {
    List<Dialect> readers = all.stream().filter(dialect -> dialect.reads(config)).toList();
    if (readers.size() == 1) return readers.getFirst();
    String type = config.text("model_type", "nothing");
    if (readers.isEmpty())
      throw new DialectException(
          config.file()
              + ": no family reads model_type "
              + type
              + "; known are "
              + names()
              + ". Name one with --from if it is one of them in disguise");
    throw new DialectException(
        config.file()
            + ": several families read model_type "
            + type
            + ": "
            + readers.stream().map(Dialect::name).toList()
            + "; name one with --from");
  }

  /**
   * The published model with this name, in whatever family it is. Case, hyphens and dots do not
   * matter ({@code GPT-2}), and a name may be cut short at a hyphen: the first model that goes on
   * from there is meant ({@code mistral-7b} is v0.1).
   */
  public Optional<Map.Entry<Dialect, Preset>> preset(String name) {
    return preset(each -> plain(each).equals(plain(name)))
        .or(() -> preset(each -> each.startsWith(name.toLowerCase(Locale.ROOT) + "-")));
  }

  private Optional<Map.Entry<Dialect, Preset>> preset(Predicate<String> name) {
    for (Dialect dialect : all)
      for (Preset preset : dialect.presets())
        if (name.test(preset.name())) return Optional.of(Map.entry(dialect, preset));
    return Optional.empty();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
  }

  private String names() {
    return String.join(", ", all.stream().map(Dialect::name).toList());
  }
}
