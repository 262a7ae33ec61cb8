package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/**
 * A file of torch.save, of either format: what it holds, with nothing read but its pickle.
 *
 * <p>The pickle is parsed, never executed: objects of unknown classes are data that says what they
 * would have been. Tensors are views of storages, which are runs of bytes of the file.
 */
public final class TorchFile {
  /** Under which keys training programs put the tensors of a model among other things. */
  private static final List<String> USUAL_KEYS =
      List.of("model", "state_dict", "module", "model_state_dict");

  private static final int DEEPEST = 4;

  private final Path file;
  private final PickleValue value;
  private final TorchTensors reader;

  private TorchFile(Path file, TorchContent content) {
    this.file = file;
    this.value = content.pickle();
    this.reader = new TorchTensors(file, content.storages());
  }

  /**
   * Reads what a file says, but no tensor's data.
   *
   * @throws TensorFileException if it is no file of torch.save, or malformed; the message says what
   *     else it looks like
   */
  public static TorchFile read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(FileRegion.whole(file, channel));
    }
  }

  /** As above, for a file that may be a part of another. */
  static TorchFile read(FileRegion region) throws IOException {
    Path file = region.file();
    byte[] head = region.read(region.begin(), (int) Math.min(FileKind.BYTES, region.size()));
    return new TorchFile(
        file,
        switch (FileKind.of(head)) {
          case ZIP -> TorchZip.read(region);
          case PICKLE -> TorchLegacy.read(region);
          case TAR ->
              throw TensorFileException.in(
                  file,
                  "a tar, as torch saved before version 0.1.10: not read; load and save it with torch");
          case FileKind other ->
              throw TensorFileException.in(
                  file, "expected a file of torch.save, found " + other.description());
        });
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** All that the pickle says: a dict, as a rule. */
  public PickleValue value() {
    return value;
  }

  /** Whether a value of the pickle is a tensor. */
  public static boolean isTensor(PickleValue found) {
    return TorchTensors.isTensor(found);
  }

  /**
   * A tensor of the pickle.
   *
   * @param name what to call it
   * @param found the value that is the tensor
   * @throws TensorFileException if it is of a kind that is not read, or does not lie in its storage
   */
  public TorchTensor tensor(String name, PickleValue found) {
    return reader.read(name, found);
  }

  /**
   * The model's tensors by name, in the order of the file: the pickle's own, or those of the one
   * dict in it that is called {@code model}, {@code state_dict}, {@code module} or {@code
   * model_state_dict}. What else is there, such as an optimizer's state, is left.
   *
   * @throws TensorFileException if there are none, or several such dicts
   */
  public Map<String, TorchTensor> tensors() {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    modelIn(value, "", 0)
        .byText()
        .forEach((name, found) -> {
          if (isTensor(found)) tensors.put(name, tensor(name, found));
        });
    return Collections.unmodifiableMap(tensors);
  }

  private Dict modelIn(PickleValue found, String path, int depth) {
    if (!(found instanceof Dict dict))
      throw TensorFileException.in(
          file,
          "expected a dict of tensors, found %s; save the model's state_dict()"
              .formatted(path.isEmpty() ? found : Names.quoted(path) + " to be " + found));
    List<String> inner = new ArrayList<>();
    for (String key : USUAL_KEYS)
      if (dict.get(key).orElse(null) instanceof Dict nested && nested.size() > 0) inner.add(key);
    if (inner.size() > 1)
      throw TensorFileException.in(
          file,
          "%s are dicts: expected one with the model's tensors; save only that one"
              .formatted(inner));
    if (inner.size() == 1 && depth < DEEPEST) {
      String key = inner.getFirst();
      return modelIn(
          dict.get(key).orElseThrow(), path.isEmpty() ? key : path + "." + key, depth + 1);
    }
    if (dict.byText().values().stream().noneMatch(TorchFile::isTensor))
      throw TensorFileException.in(
          file,
          "%s has no tensors: expected names and tensors, or a dict of them called %s"
              .formatted(
                  path.isEmpty() ? "the dict" : Names.quoted(path), String.join(", ", USUAL_KEYS)));
    return dict;
  }

  @Override
  public String toString() {
    return file + ": " + value;
  }
}
