package org.isomorph.tensorfile;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.TensorInfo;

/**
 * Where every byte of a torch file will be, computed before one is written: a dict of tensors, or
 * any other {@link TorchValue}, each tensor with a storage of its own, as {@code torch.load} opens
 * it, also with {@code weights_only=True} and {@code mmap=True}.
 *
 * <p>It is arithmetic alone: whoever has a layout may write the fixed bytes and each tensor at its
 * position, in any order, and at the end the seals.
 */
public final class TorchLayout {
  /** The folder within the zip, where nothing else is asked for. */
  static final String ROOT = "archive";

  private final StoredZip zip;
  private final Map<String, Long> offsets = new LinkedHashMap<>();

  private TorchLayout(long begin, String root, TorchPickler pickled) {
    zip = new StoredZip(begin);
    zip.add(root + "/data.pkl", pickled.bytes());
    zip.add(root + "/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    int key = 0;
    for (TensorInfo tensor : pickled.tensors())
      offsets.put(tensor.name(), zip.add(root + "/data/" + key++, tensor.bytes()));
    zip.add(root + "/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    zip.finish();
  }

  /**
   * The layout of a file of these tensors, a dict by name.
   *
   * @throws TensorFileException if a name is not allowed or occurs twice, or torch has no such
   *     dtype
   */
  public static TorchLayout of(List<TensorInfo> tensors) {
    SafetensorsLayout.check(tensors, Map.of());
    Map<String, TorchValue> entries = LinkedHashMap.newLinkedHashMap(tensors.size());
    for (TensorInfo tensor : tensors) entries.put(tensor.name(), new TorchValue.Tensor(tensor));
    return of(ROOT, new TorchValue.Dict(entries));
  }

  /**
   * The layout of a file of one value.
   *
   * @param root what the folder within the zip is called: torch itself takes the file's name
   *     without its ending
   * @throws TensorFileException if a tensor's name is not allowed or occurs twice, torch has no
   *     such dtype, or {@code root} is no name
   */
  public static TorchLayout of(String root, TorchValue value) {
    return at(0, root, value);
  }

  /** As above, for a file within a file that begins at byte {@code begin} of it. */
  static TorchLayout at(long begin, String root, TorchValue value) {
    if (!root.matches("[A-Za-z0-9_.-]{1,255}") || root.startsWith("."))
      throw new TensorFileException(
          "the folder in a torch file: expected a name of letters, digits, _, - and ., found "
              + Names.quoted(root));
    return new TorchLayout(begin, root, new TorchPickler(value));
  }

  /** Everything but the tensors' data and its checksums. */
  public List<FixedBytes> fixed() {
    return zip.fixed();
  }

  /** The checksums of the data, to be written when it is there. */
  public List<Seal> seals() {
    return zip.seals();
  }

  /** Where each tensor's data begins, in bytes from the file's beginning; a multiple of 64. */
  public Map<String, Long> offsets() {
    return Collections.unmodifiableMap(offsets);
  }

  /** The size of the whole file in bytes. */
  public long fileSize() {
    return zip.size();
  }
}
