package org.isomorph.debug.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Piece;
import org.isomorph.proof.RunningReference;
import org.isomorph.proof.Subject;
import org.isomorph.spec.Model;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.spec.kotlin.SpecJson;
import org.isomorph.tensor.Tensor;

/** Runs a model and writes what it computes, a layer at a time. */
public final class Recorder {
  private Recorder() {}

  /**
   * Records.
   *
   * @param inputs what the model is given, by Hugging Face's names
   * @param globs values to be written, by any of their names, with ranges and {@code *}; none for
   *     what comparisons want: what enters and leaves each layer and each of its mixers, and what
   *     heads give
   * @param producer what the manifest says wrote it
   * @return the names of what was written, in the order of computation
   * @throws org.isomorph.spec.SpecException if a glob names no value
   * @throws org.isomorph.runtime.RunException if the inputs do not fit
   */
  public static List<String> record(
      Subject subject,
      Map<String, Tensor> inputs,
      List<String> globs,
      Path file,
      String producer,
      ProgressListener listener)
      throws IOException {
    Set<String> wanted = wanted(subject.model(), globs);
    List<String> written = new ArrayList<>();
    try (RunningReference running = RunningReference.of(subject, inputs);
        Spool spool = Spool.beside(file)) {
      for (Map.Entry<String, Tensor> input : new LinkedHashMap<>(inputs).entrySet())
        spool.add(input.getKey(), input.getValue());
      List<Piece> pieces = running.pieces();
      for (int index = 0; index < pieces.size(); index++) {
        Piece piece = pieces.get(index);
        listener.progress(index, pieces.size(), piece.name());
        List<String> here =
            wanted.stream()
                .filter(name -> piece.computes(name) || piece.graph().outputs().containsKey(name))
                .toList();
        Map<String, Tensor> values = running.values(here);
        for (String name : here) {
          Tensor value = values.get(name);
          if (value == null) continue;
          spool.add(name, value);
          written.add(name);
        }
        wanted.removeAll(here);
      }
      listener.progress(pieces.size(), pieces.size(), "");
      Manifest manifest =
          new Manifest(
              producer,
              subject.model().name(),
              subject.computed(),
              List.copyOf(inputs.keySet()),
              written,
              SpecJson.write(subject.model()),
              null);
      spool.publish(Map.of(Manifest.KEY, manifest.json()));
    }
    return written;
  }

  private static Set<String> wanted(Model model, List<String> globs) {
    Values values = Values.of(model);
    Set<String> results = Lowering.of(model).outputs().keySet(), wanted = new LinkedHashSet<>();
    if (globs.isEmpty()) {
      for (Value value : values.all())
        if (value.name().matches(".*(\\.in|\\.out|logits)|embed\\.out")) wanted.add(value.name());
      wanted.addAll(results);
    }
    for (String glob : globs) {
      Pattern form = Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q"));
      List<String> named = results.stream().filter(form.asMatchPredicate()).toList();
      // What heads give has no name besides its label.
      if (named.isEmpty() || glob.contains("*"))
        values.select(glob).forEach(value -> wanted.add(value.name()));
      wanted.addAll(named);
    }
    return wanted;
  }
}
