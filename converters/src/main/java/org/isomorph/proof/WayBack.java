package org.isomorph.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprints;
import org.isomorph.convert.Bytes;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Figures;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Mismatch;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.convert.run.Recheck;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * What came of the way back: the result opened anew, planned back to the source's family, and
 * compared with the source's bytes as a stream.
 *
 * <p>It goes through the result's own configuration and its own family's table, so that a mistake
 * of the way there is not simply undone.
 *
 * @param tensors how many of the source's tensors came back bit for bit
 * @param bytes how long they are together
 * @param others what did not come back as bytes, by why: what was rounded, and what is zeros that
 *     evidence found
 */
public record WayBack(long tensors, long bytes, Map<String, List<String>> others) {
  private static final String ROUNDED = "rounded on the way";
  private static final String ZEROS = "made of zeros, as evidence found it to be";

  public WayBack {
    others = new TreeMap<>(others);
  }

  /**
   * Goes back from the result of a plan.
   *
   * @param there the result, whole but perhaps not yet in its place
   * @throws ProofException naming the first tensor that differs, or that is lost
   */
  public static WayBack check(
      Plan plan, Checkpoint there, Dialects dialects, Options options, ProgressListener listener)
      throws IOException {
    Plan back;
    try {
      back = Planner.plan(there, ConversionRequest.to(plan.source().dialect()), dialects);
    } catch (ConversionRefused refused) {
      throw new ProofException(
          "what was written cannot be converted back to %s: %s"
              .formatted(plan.source().dialect().name(), refused.getMessage()),
          refused);
    }
    return new Comparing(plan, back).check(options, listener);
  }

  /** What came of it, for a person. */
  public List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        String.format(
            Locale.ROOT,
            "the way back gives %,d tensors of the source bit for bit (%s)",
            tensors,
            Figures.bytes(bytes)));
    others.forEach((why, names) ->
        sentences.add(
            String.format(
                Locale.ROOT,
                "not compared as bytes: %,d tensors %s (%s%s)",
                names.size(),
                why,
                names.getFirst(),
                names.size() > 1 ? ", ..." : "")));
    return sentences;
  }

  /** Compares the tensors that a plan would bring back with those that were there. */
  private static final class Comparing {
    private final Checkpoint source;
    private final Plan back;
    private final Map<String, List<Piece<TensorSource, String>>> returned;
    private final Map<String, List<Piece<TensorSource, String>>> stored;
    private final Map<String, List<String>> others = new HashMap<>();
    private final Map<Path, List<Blueprint.Task>> tasks = new LinkedHashMap<>();
    private final Set<StoredTensor> compared = new LinkedHashSet<>();
    private long tensors;

    Comparing(Plan plan, Plan back) {
      this.source = plan.source();
      this.back = back;
      this.returned = back.moved().byTarget();
      this.stored = source.stored().storage().byTarget();
    }

    WayBack check(Options options, ProgressListener listener) throws IOException {
      Map<String, Table.Entry> written = new HashMap<>();
      for (Table.Entry entry : back.tensors()) written.put(entry.name(), entry);
      for (Table.Entry entry : source.table().entries()) {
        Table.Entry again = written.get(entry.name());
        if (again == null || !again.shape().equals(entry.shape()))
          throw new ProofException(
              "tensor %s %s of %s does not come back: on the way back it is %s"
                  .formatted(
                      entry.name(),
                      entry.shape(),
                      source.directory(),
                      again == null ? "not there" : again.shape()));
        add(entry);
      }
      long bytes = compared.stream().mapToLong(StoredTensor::bytes).sum();
      run(options, listener);
      return new WayBack(tensors, bytes, others);
    }

    private void add(Table.Entry entry) {
      String name = source.storedName(entry);
      List<Piece<TensorSource, String>> from = returned.getOrDefault(entry.name(), List.of());
      List<Piece<TensorSource, String>> to = stored.getOrDefault(name, List.of());
      if (to.isEmpty()) return; // without elements
      if (from.isEmpty()) {
        others.computeIfAbsent(ZEROS, _ -> new ArrayList<>()).add(name);
        return;
      }
      Mapping<TensorSource, TensorSource> pieces =
          new Mapping<>(from)
              .then(Mapping.copy(entry.name(), name, entry.shape()))
              .then(new Mapping<>(to).inverse());
      boolean bytes =
          pieces.pieces().stream()
              .allMatch(piece ->
                  piece.target() instanceof StoredTensor
                      && piece.source().making().isEmpty()
                      && piece.source().dtype() == piece.target().dtype());
      if (!bytes || pieces.elements() < entry.shape().elements()) {
        others.computeIfAbsent(ROUNDED, _ -> new ArrayList<>()).add(name);
        return;
      }
      tensors++;
      for (Piece<TensorSource, TensorSource> piece : pieces.pieces()) add(piece);
    }

    private void add(Piece<TensorSource, TensorSource> piece) {
      StoredTensor target = (StoredTensor) piece.target();
      compared.add(target);
      tasks
          .computeIfAbsent(target.file(), _ -> new ArrayList<>())
          .add(
              new Blueprint.Move(
                  Blueprints.source(piece.source()),
                  new Blueprint.Slot(target.begin(), target.dtype()),
                  piece.box()));
    }

    private void run(Options options, ProgressListener listener) throws IOException {
      List<Blueprint.File> files = new ArrayList<>();
      Map<String, Path> places = new HashMap<>();
      for (Map.Entry<Path, List<Blueprint.Task>> file : tasks.entrySet()) {
        String name = "file " + files.size();
        places.put(name, file.getKey());
        files.add(
            new Blueprint.File(name, Bytes.utf8(""), Files.size(file.getKey()), file.getValue()));
      }
      Blueprint blueprint = new Blueprint(files, List.of(), List.of(), "");
      Optional<Mismatch> mismatch = Recheck.run(blueprint, places, options, listener);
      if (mismatch.isPresent()) throw differs(mismatch.get());
    }

    private ProofException differs(Mismatch mismatch) {
      String tensor =
          compared.stream()
              .filter(each ->
                  each.file().equals(mismatch.file())
                      && each.begin() <= mismatch.position()
                      && mismatch.position() < each.end())
              .map(each ->
                  "tensor %s, element %d"
                      .formatted(
                          each.info(), (mismatch.position() - each.begin()) / each.dtype().width()))
              .findFirst()
              .orElse("byte " + mismatch.position());
      return new ProofException(
          "%s: %s does not come back as it was: what was written, converted back to %s, differs there"
              .formatted(mismatch.file(), tensor, source.dialect().name()));
    }
  }
}
