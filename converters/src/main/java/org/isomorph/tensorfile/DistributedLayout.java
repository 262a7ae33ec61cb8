package org.isomorph.tensorfile;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.TensorInfo;

/**
 * Where every byte of a checkpoint of {@code torch.distributed.checkpoint} will be, computed before
 * one is written, as torch 2.1 and later load it.
 *
 * <p>It is arithmetic alone: whoever has a layout may write the fixed bytes of each file and each
 * chunk at its position, in any order, at the end the seals, and then the file {@link
 * DistributedDirectory#METADATA_FILE_NAME}.
 */
public final class DistributedLayout {
  private static final long ALIGNMENT = 64;

  private final List<File> files;
  private final byte[] metadata;

  /** What a file holds, one behind the other. */
  public sealed interface Item {
    /** What the checkpoint calls it. */
    String name();
  }

  /**
   * A part of a tensor.
   *
   * @param tensor the whole tensor
   * @param window which part
   */
  public record Chunk(TensorInfo tensor, Window window) implements Item {
    public Chunk {
      if (!window.within(tensor.shape()))
        throw new TensorFileException(
            "tensor %s: expected a chunk within shape %s, found %s"
                .formatted(Names.quoted(tensor.name()), tensor.shape(), window));
    }

    @Override
    public String name() {
      return tensor.name();
    }

    /** The chunk as a tensor of its own: the whole tensor's name and dtype, the window's shape. */
    public TensorInfo info() {
      return new TensorInfo(tensor.name(), tensor.dtype(), window.sizes());
    }
  }

  /** A value that is no tensor, and has none in it. */
  public record Value(String name, TorchValue value) implements Item {}

  /**
   * A file.
   *
   * @param name a relative path within the directory
   * @param size the whole length in bytes
   * @param fixed what is not data
   * @param seals checksums that are written when all else is
   * @param chunks the chunks in it
   */
  public record File(
      String name, long size, List<FixedBytes> fixed, List<Seal> seals, List<Placed> chunks) {
    public File {
      fixed = List.copyOf(fixed);
      seals = List.copyOf(seals);
      chunks = List.copyOf(chunks);
    }
  }

  /**
   * A chunk in a file.
   *
   * @param offset where its data begins, in bytes from the file's beginning; a multiple of 64
   */
  public record Placed(Chunk chunk, long offset) {}

  private DistributedLayout(List<File> files, byte[] metadata) {
    this.files = List.copyOf(files);
    this.metadata = metadata;
  }

  /**
   * The layout of a checkpoint.
   *
   * @param files what each file holds, by its name, such as {@code __0_0.distcp}
   * @throws TensorFileException if the chunks of a tensor do not have each element of it once, or
   *     disagree about its shape or dtype; if a name is not allowed or means two things, or torch
   *     has no such dtype
   */
  public static DistributedLayout of(Map<String, List<Item>> files) {
    DistributedIndex index = new DistributedIndex();
    List<File> laidOut = new ArrayList<>();
    files.forEach((name, items) -> laidOut.add(file(name, items, index)));
    return new DistributedLayout(laidOut, index.pickle());
  }

  private static File file(String name, List<Item> items, DistributedIndex index) {
    FileNames.problem(name)
        .ifPresent(problem -> {
          throw new TensorFileException(problem);
        });
    List<FixedBytes> fixed = new ArrayList<>();
    List<Seal> seals = new ArrayList<>();
    List<Placed> chunks = new ArrayList<>();
    long end = 0;
    for (Item item : items) {
      long begin = Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT;
      TorchValue value =
          switch (item) {
            case Chunk chunk -> new TorchValue.Tensor(chunk.info());
            case Value(String _, TorchValue plain) -> plain;
          };
      TorchLayout layout = TorchLayout.at(begin, TorchLayout.ROOT, value);
      end = Math.addExact(begin, layout.fileSize());
      index.add(item, name, begin, end);
      fixed.addAll(layout.fixed());
      seals.addAll(layout.seals());
      for (long offset : layout.offsets().values()) {
        if (!(item instanceof Chunk chunk))
          throw new TensorFileException(
              "item %s: expected a value without tensors; give these as chunks"
                  .formatted(Names.quoted(item.name())));
        chunks.add(new Placed(chunk, offset));
      }
    }
    return new File(name, end, fixed, seals, chunks);
  }

  /** The files, in the order in which they were given. */
  public List<File> files() {
    return files;
  }

  /** The bytes of the file {@link DistributedDirectory#METADATA_FILE_NAME}. */
  public FixedBytes metadata() {
    return new FixedBytes(0, MemorySegment.ofArray(metadata));
  }
}
