package org.isomorph.megatron;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchLayout;
import org.isomorph.tensorfile.TorchValue;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;

/** Directories of checkpoints, and torch files in them, made otherwise than they were. */
final class Folder {
  private Folder() {}

  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path there = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) Files.createDirectories(there);
        else Files.copy(each, there);
      }
    }
    return to;
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
    }
  }

  /** The tensors of a dict of a torch file by name, in their order. */
  static Map<String, Content> tensors(Path file, String state) throws IOException {
    TorchFile opened = TorchFile.read(file);
    Map<String, Content> tensors = new LinkedHashMap<>();
    Dict top = (Dict) opened.value();
    for (Map.Entry<String, PickleValue> each :
        ((Dict) top.get(state).orElseThrow()).byText().entrySet())
      if (TorchFile.isTensor(each.getValue()))
        tensors.put(each.getKey(), Content.of(opened.tensor(each.getKey(), each.getValue())));
    return tensors;
  }

  /** Writes a torch file of a value, whose tensors have these contents by their names. */
  static void write(Path file, TorchValue value, Map<String, Content> contents) throws IOException {
    String name = file.getFileName().toString();
    TorchLayout layout = TorchLayout.of(name.substring(0, name.indexOf('.')), value);
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (FixedBytes fixed : layout.fixed())
        channel.write(fixed.content().asByteBuffer(), fixed.offset());
      for (Map.Entry<String, Long> each : layout.offsets().entrySet()) {
        Content content = contents.get(each.getKey());
        if (content != null) channel.write(content.bytes().duplicate(), each.getValue());
      }
    }
  }

  /** The tensors as the state of a module. */
  static TorchValue state(Map<String, Content> contents, Function<String, String> names) {
    Map<String, TorchValue> state = new LinkedHashMap<>();
    contents.forEach((name, content) ->
        state.put(
            names.apply(name),
            new TorchValue.Tensor(new TensorInfo(name, content.dtype(), content.shape()))));
    return new TorchValue.OrderedDict(state);
  }

  static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static ByteBuffer bytes(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file));
  }
}
