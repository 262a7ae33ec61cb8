package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.isomorph.compile.Pickle;

/** A file {@code .metadata} made by hand, with whatever is wrong in it. */
final class CraftedDistributed {
  private static final String METADATA = "torch.distributed.checkpoint.metadata";

  private final List<Consumer<Pickle>> described = new ArrayList<>();
  private final List<Consumer<Pickle>> stored = new ArrayList<>();

  /** A tensor; each chunk is offsets, then sizes. */
  CraftedDistributed tensor(String name, String dtype, long[] size, long[]... chunks) {
    described.add(pickle -> {
      pickle.text(name).global(METADATA, "TensorStorageMetadata").mark();
      pickle.global(METADATA, "TensorProperties").mark().global("torch", dtype).tuple().reduce();
      size(pickle, size);
      pickle.emptyList().mark();
      for (int i = 0; i < chunks.length; i += 2) {
        pickle.global(METADATA, "ChunkStorageMetadata").mark();
        size(pickle, chunks[i]);
        size(pickle, chunks[i + 1]);
        pickle.tuple().reduce();
      }
      pickle.append().tuple().reduce();
    });
    return this;
  }

  /** An item that is no tensor. */
  CraftedDistributed value(String name) {
    described.add(
        pickle -> pickle.text(name).global(METADATA, "BytesStorageMetadata").emptyTuple().reduce());
    return this;
  }

  /** Where an item is; without offsets, one that is no tensor. */
  CraftedDistributed stored(String name, String file, long offset, long length, long... offsets) {
    stored.add(pickle -> {
      pickle.global(METADATA, "MetadataIndex").mark().text(name);
      if (offsets.length > 0) size(pickle, offsets);
      pickle.tuple().reduce();
      pickle.global("torch.distributed.checkpoint.filesystem", "_StorageInfo").mark();
      pickle.text(file).integer(offset).integer(length).tuple().reduce();
    });
    return this;
  }

  /** As above, for an item without offsets whose bytes have been changed on the way. */
  CraftedDistributed transformed(String name, String file, String transform) {
    stored.add(pickle -> {
      pickle.global(METADATA, "MetadataIndex").mark().text(name).tuple().reduce();
      pickle.global("torch.distributed.checkpoint.filesystem", "_StorageInfo").mark();
      pickle.text(file).integer(0).integer(1);
      pickle.emptyList().mark().text(transform).append().tuple().reduce();
    });
    return this;
  }

  private static void size(Pickle pickle, long[] numbers) {
    pickle.global("torch", "Size").mark().tuple(numbers).tuple().reduce();
  }

  byte[] bytes() {
    Pickle pickle = new Pickle().global(METADATA, "Metadata").emptyTuple().newObject();
    pickle.emptyDict().mark().text("state_dict_metadata").emptyDict().mark();
    described.forEach(each -> each.accept(pickle));
    pickle.setItems().text("storage_data").emptyDict().mark();
    stored.forEach(each -> each.accept(pickle));
    return pickle.setItems().setItems().build().stop();
  }

  void write(Path directory) throws IOException {
    Files.write(directory.resolve(DistributedDirectory.METADATA_FILE_NAME), bytes());
  }
}
