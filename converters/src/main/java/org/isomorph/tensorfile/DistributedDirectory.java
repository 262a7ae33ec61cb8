package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedMetadata.Described;
import org.isomorph.tensorfile.DistributedMetadata.Place;
import org.isomorph.tensorfile.pickle.PickleValue;

/**
 * A checkpoint of {@code torch.distributed.checkpoint}: tensors that many processes have written,
 * each its part of each, seen as one map.
 *
 * <pre>
 *   .metadata        which tensors there are, and where each part of them is
 *   __0_0.distcp     items one behind the other, each a file of torch.save in itself
 *   __1_0.distcp     ...
 * </pre>
 *
 * <p>Files may be symbolic links. Nothing is read but {@code .metadata} and what each item says
 * before its data. Pickles are parsed, never executed.
 */
public final class DistributedDirectory {
  /** What the file that describes the checkpoint is called. */
  public static final String METADATA_FILE_NAME = ".metadata";

  private final Path path;
  private final Map<String, DistributedTensor> tensors;
  private final Map<String, Place> bytesItems;

  private DistributedDirectory(
      Path path, Map<String, DistributedTensor> tensors, Map<String, Place> bytesItems) {
    this.path = path;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.bytesItems = Collections.unmodifiableMap(bytesItems);
  }

  /** Whether a directory is such a checkpoint. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(METADATA_FILE_NAME));
  }

  /**
   * Opens a checkpoint, and finds the data of each chunk.
   *
   * @throws TensorFileException if {@code .metadata} is missing or malformed, if files are missing
   *     or too short, if chunks overlap or leave a part of a tensor out, or if an item is not what
   *     {@code .metadata} says
   */
  public static DistributedDirectory open(Path directory) throws IOException {
    Path file = directory.resolve(METADATA_FILE_NAME);
    if (!Files.exists(file))
      throw TensorFileException.in(
          directory,
          "expected a file %s, as torch.distributed.checkpoint writes it last; fetch it, or save the checkpoint again"
              .formatted(METADATA_FILE_NAME));
    DistributedMetadata metadata = DistributedMetadata.read(file);
    Map<String, DistributedTensor> tensors = tensors(directory, file, metadata);
    return new DistributedDirectory(directory, tensors, metadata.bytes());
  }

  /** A file, and what is to be found in it. */
  private record Contents(Path file, List<Wanted> chunks, List<Place> values) {}

  /** An item that must be a chunk; the number is its place among all. */
  private record Wanted(int number, TensorInfo chunk, Place place) {}

  private static Map<String, DistributedTensor> tensors(
      Path directory, Path metadataFile, DistributedMetadata metadata) throws IOException {
    Map<String, Contents> byFile = contents(directory, metadataFile, metadata);
    int count = 0;
    for (Described tensor : metadata.tensors().values())
      for (Map.Entry<Window, Place> chunk : tensor.chunks().entrySet()) {
        TensorInfo info =
            new TensorInfo(tensor.info().name(), tensor.info().dtype(), chunk.getKey().sizes());
        contents(byFile, chunk.getValue())
            .chunks()
            .add(new Wanted(count++, info, chunk.getValue()));
      }
    for (Place place : metadata.bytes().values()) contents(byFile, place).values().add(place);
    TorchTensor[] found = new TorchTensor[count];
    for (Map<Integer, TorchTensor> part :
        Headers.read(List.copyOf(byFile.values()), DistributedDirectory::read))
      part.forEach((number, tensor) -> found[number] = tensor);
    Map<String, DistributedTensor> tensors = new LinkedHashMap<>();
    int number = 0;
    for (Described tensor : metadata.tensors().values()) {
      List<DistributedTensor.Chunk> chunks = new ArrayList<>(tensor.chunks().size());
      for (Window window : tensor.chunks().keySet())
        chunks.add(new DistributedTensor.Chunk(window, found[number++]));
      tensors.put(tensor.info().name(), new DistributedTensor(tensor.info(), chunks));
    }
    return tensors;
  }

  /** The files by name, all of which are there; nothing is looked for yet. */
  private static Map<String, Contents> contents(
      Path directory, Path metadataFile, DistributedMetadata metadata) {
    SequencedSet<String> names = metadata.files();
    Map<String, Contents> byFile = new LinkedHashMap<>();
    Iterator<Path> files = Shards.files(directory, metadataFile, names, "files").iterator();
    for (String name : names)
      byFile.put(name, new Contents(files.next(), new ArrayList<>(), new ArrayList<>()));
    return byFile;
  }

  private static Contents contents(Map<String, Contents> byFile, Place place) {
    return Objects.requireNonNull(byFile.get(place.file()));
  }

  /** The chunks of one file by their numbers. */
  private static Map<Integer, TorchTensor> read(Contents contents) throws IOException {
    Path file = contents.file();
    Map<Integer, TorchTensor> found = HashMap.newHashMap(contents.chunks().size());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      for (Place place : contents.values()) requireWithin(file, size, place, "item");
      contents.chunks().sort((a, b) -> Long.compare(a.place().begin(), b.place().begin()));
      for (Wanted wanted : contents.chunks()) {
        requireWithin(file, size, wanted.place(), "tensor " + Names.quoted(wanted.chunk().name()));
        found.put(wanted.number(), chunk(file, channel, wanted));
      }
    }
    return found;
  }

  private static void requireWithin(Path file, long size, Place place, String what) {
    if (place.end() > size)
      throw TensorFileException.in(
          file,
          "%s: expected its bytes %d to %d within the file, which has %d; it was cut short: fetch it again"
              .formatted(what, place.begin(), place.end(), size));
  }

  private static TorchTensor chunk(Path file, FileChannel channel, Wanted wanted)
      throws IOException {
    TensorInfo chunk = wanted.chunk();
    TorchFile item = item(file, channel, chunk.name(), wanted.place());
    if (!TorchFile.isTensor(item.value()))
      throw TensorFileException.in(
          file,
          chunk.name(),
          "expected its chunk at byte %d to be a tensor, found %s"
              .formatted(wanted.place().begin(), item.value()));
    TorchTensor tensor = item.tensor(chunk.name(), item.value());
    if (!tensor.info().equals(chunk))
      throw TensorFileException.in(
          file,
          chunk.name(),
          "expected its chunk at byte %d to be %s of shape %s, as .metadata says, found %s of shape %s; the two are of different checkpoints: fetch both again"
              .formatted(
                  wanted.place().begin(),
                  chunk.dtype(),
                  chunk.shape(),
                  tensor.info().dtype(),
                  tensor.shape()));
    return tensor;
  }

  private static TorchFile item(Path file, FileChannel channel, String name, Place place)
      throws IOException {
    try {
      return TorchFile.read(new FileRegion(file, channel, place.begin(), place.end()));
    } catch (TensorFileException refused) {
      // What is wrong with a torch file is said of its file, of which this one is a part.
      String problem = String.valueOf(refused.getMessage());
      String prefix = file + ": ";
      throw new TensorFileException(
          "%stensor %s: its item, bytes %d to %d: %s"
              .formatted(
                  prefix,
                  Names.quoted(name),
                  place.begin(),
                  place.end(),
                  problem.startsWith(prefix) ? problem.substring(prefix.length()) : problem),
          refused);
    }
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** All tensors by name, in the order of {@code .metadata}. */
  public Map<String, DistributedTensor> tensors() {
    return tensors;
  }

  /** The names of the items that are no tensors but values, in the order of {@code .metadata}. */
  public Set<String> bytesItems() {
    return bytesItems.keySet();
  }

  /**
   * Reads an item that is no tensor: what was given to torch.save, as a rule a list or a dict.
   *
   * @throws TensorFileException if there is none of this name, or it is no file of torch.save
   */
  public PickleValue bytesItem(String name) throws IOException {
    Place place = bytesItems.get(name);
    if (place == null)
      throw TensorFileException.in(
          path,
          "no item %s among the %d that are no tensors%s"
              .formatted(
                  Names.quoted(name),
                  bytesItems.size(),
                  Names.suggestion(name, bytesItems.keySet())));
    Path file = path.resolve(place.file());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      requireWithin(file, channel.size(), place, "item " + Names.quoted(name));
      return item(file, channel, name, place).value();
    }
  }

  @Override
  public String toString() {
    return path + ": " + tensors.size() + " tensors";
  }
}
