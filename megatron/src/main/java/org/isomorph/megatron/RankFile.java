package org.isomorph.megatron;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/**
 * The file of one rank: a dict with the arguments, the state of the model, and of training.
 *
 * @param directory what the rank's directory is called
 * @param numbers the numbers in that name
 */
public record RankFile(String directory, List<Integer> numbers, TorchFile file) {
  private static final String ARGUMENTS = "args";
  private static final String MODEL = "model";
  private static final int DEEPEST = 6;

  /** What a training program keeps beside the model, and why it stays behind. */
  private static final Map<String, String> TRAINING =
      Map.of(
          "optimizer", "the state of an optimizer",
          "opt_param_scheduler", "the state of a learning rate's schedule",
          "rng_state", "the state of random numbers",
          "rerun_state_machine", "the state of a training program");

  public Path path() {
    return file.file();
  }

  private Dict top() {
    if (file.value() instanceof Dict dict) return dict;
    throw TensorFileException.in(
        path(), "expected a dict with the model's state, found " + file.value());
  }

  /** The arguments that the model was trained with, and the iteration that it reached. */
  public Optional<Config> config() {
    return top()
        .get(ARGUMENTS)
        .map(found ->
            Arguments.withIteration(Namespaces.configOf(found, path().toString()), iteration()));
  }

  /** The iteration that was reached, if the file says it. */
  public OptionalLong iteration() {
    return top().get("iteration").map(PickleValue::integer).orElse(OptionalLong.empty());
  }

  /** The version of the format; before the second, queries, keys and values have another order. */
  Optional<Double> version() {
    return top()
        .get("checkpoint_version")
        .flatMap(found ->
            switch (found) {
              case PickleValue.Real(double value) -> Optional.of(value);
              case PickleValue.Int(long value) -> Optional.of((double) value);
              default -> Optional.empty();
            });
  }

  /** The tensors of each chunk by name, in the order of the chunks; dicts within are made flat. */
  public List<Map<String, PickleValue>> chunks() {
    List<Map<String, PickleValue>> chunks = new ArrayList<>();
    if (top().get(MODEL).isPresent()) chunks.add(flat(top().get(MODEL).get()));
    else
      for (int pass = 0; top().get(MODEL + pass).isPresent(); pass++)
        chunks.add(flat(top().get(MODEL + pass).get()));
    if (chunks.isEmpty())
      throw TensorFileException.in(
          path(),
          "expected the model's state under %s, or %s0 and so on, found %s"
              .formatted(MODEL, MODEL, top().byText().keySet()));
    return chunks;
  }

  private Map<String, PickleValue> flat(PickleValue state) {
    Map<String, PickleValue> tensors = new LinkedHashMap<>();
    flatten(state, "", 0, tensors);
    return tensors;
  }

  private void flatten(
      PickleValue value, String name, int depth, Map<String, PickleValue> tensors) {
    if (depth > DEEPEST)
      throw TensorFileException.in(path(), name, "its dicts are too deep for a model's state");
    if (TorchFile.isTensor(value)) {
      // Scales of 8-bit training, which belong to an implementation, not to the model.
      if (!name.endsWith("_extra_state")) tensors.put(name, value);
    } else if (value instanceof Dict dict)
      dict.byText()
          .forEach((key, each) ->
              flatten(each, name.isEmpty() ? key : name + "." + key, depth + 1, tensors));
  }

  /** What else the file holds, and why it stays behind. */
  Map<String, String> training() {
    Map<String, String> found = new LinkedHashMap<>();
    for (String key : top().byText().keySet())
      if (TRAINING.containsKey(key)) found.put(directory + ": " + key, TRAINING.get(key));
    return found;
  }
}
