package org.isomorph.tensorfile;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.compile.Pickle;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.TensorInfo;

/**
 * Where every byte of a torch file will be, computed before one is written: a dict of tensors, each
 * with a storage of its own, as {@code torch.load} opens it, also with {@code weights_only=True}
 * and {@code mmap=True}.
 *
 * <p>It is arithmetic alone: whoever has a layout may write the fixed bytes and each tensor at its
 * position, in any order, and at the end the seals.
 */
public final class TorchLayout {
  private static final String ROOT = "archive/";

  private final StoredZip zip = new StoredZip();
  private final Map<String, Long> offsets = new LinkedHashMap<>();

  private TorchLayout(List<TensorInfo> tensors) {
    zip.add(ROOT + "data.pkl", pickle(tensors));
    zip.add(ROOT + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    int key = 0;
    for (TensorInfo tensor : tensors)
      offsets.put(tensor.name(), zip.add(ROOT + "data/" + key++, tensor.bytes()));
    zip.add(ROOT + "version", "3\n".getBytes(StandardCharsets.US_ASCII));
    zip.finish();
  }

  /**
   * The layout of a file of these tensors.
   *
   * @throws TensorFileException if a name is not allowed or occurs twice, or torch has no such
   *     dtype
   */
  public static TorchLayout of(List<TensorInfo> tensors) {
    SafetensorsLayout.check(tensors, Map.of());
    for (TensorInfo tensor : tensors)
      if (TorchTypes.name(tensor.dtype()).isEmpty())
        throw new TensorFileException(
            "tensor "
                + Names.quoted(tensor.name())
                + ": torch has no "
                + tensor.dtype()
                + "; write safetensors");
    return new TorchLayout(tensors);
  }

  private static byte[] pickle(List<TensorInfo> tensors) {
    Pickle pickle = new Pickle().emptyDict().mark();
    int key = 0;
    for (TensorInfo tensor : tensors)
      pickle.text(tensor.name()).tensor(tensor.dtype(), tensor.shape(), Integer.toString(key++));
    return pickle.setItems().stop();
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
