package org.isomorph.tensorfile;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Global;

/**
 * How a pickle refers to a storage.
 *
 * @param key what the file calls it
 * @param dtype what its elements are; bytes where only the tensors that view it know
 * @param elements how many it has
 * @param offset the element that counts as its first: in the oldest files a storage can be a part
 *     of another
 * @param typed whether the storage says what its elements are
 */
record TorchStorage(String key, DType dtype, long elements, long offset, boolean typed) {
  /**
   * What a reference says: {@code ("storage", class, key, device, elements)}, and in the legacy
   * format a view, {@code (key, offset, elements)} or None.
   *
   * @throws TensorFileException if it is no such reference, or of a class that is not known
   */
  static TorchStorage of(Path file, PickleValue reference) {
    List<PickleValue> id =
        reference instanceof PickleValue.Persistent outside
            ? outside.id().sequence().orElse(List.of())
            : List.of();
    if (id.size() < 5
        || !id.getFirst().text().equals(Optional.of("storage"))
        || !(id.get(1) instanceof Global type)
        || id.get(2).text().isEmpty()
        || id.get(4).integer().orElse(-1) < 0)
      throw TensorFileException.in(file, "expected a reference to a storage, found " + reference);
    boolean typed = !type.name().endsWith("UntypedStorage");
    DType dtype = typed ? dtype(file, type) : DType.U8;
    String key = id.get(2).text().get();
    long elements = id.get(4).integer().getAsLong();
    List<PickleValue> view = id.size() > 5 ? id.get(5).sequence().orElse(List.of()) : List.of();
    if (view.isEmpty()) return new TorchStorage(key, dtype, elements, 0, typed);
    long offset = view.size() == 3 ? view.get(1).integer().orElse(-1) : -1;
    long extent = view.size() == 3 ? view.get(2).integer().orElse(-1) : -1;
    if (offset < 0 || extent < 0 || offset > elements - extent)
      throw TensorFileException.in(
          file, "storage " + Names.quoted(key) + ": expected a part of it, found " + view);
    return new TorchStorage(key, dtype, elements, offset, typed);
  }

  private static DType dtype(Path file, Global type) {
    boolean torch = type.module().equals("torch") || type.module().equals("torch.cuda");
    return TorchTypes.ofStorage(torch ? type.name() : "")
        .orElseThrow(() ->
            TensorFileException.in(
                file,
                "a storage is a %s, and such elements are not read; convert the tensor with torch to float32 and save it again"
                    .formatted(Names.quoted(type.toString()))));
  }
}
