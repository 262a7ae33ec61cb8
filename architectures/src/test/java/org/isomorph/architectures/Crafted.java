package org.isomorph.architectures;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.isomorph.dialect.Config;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.SafetensorsWriter;
import org.isomorph.tensorfile.StoredTensor;

/**
 * A golden with other tensors or another configuration: what old, odd and broken files are like.
 */
final class Crafted {
  private record Content(TensorInfo info, byte[] bytes) {}

  private final Map<String, Content> tensors = new TreeMap<>();
  private Config config;

  private Crafted(Config config) {
    this.config = config;
  }

  static Crafted from(String golden) throws IOException {
    return from(Goldens.directory(golden));
  }

  static Crafted from(Path directory) throws IOException {
    Crafted crafted = new Crafted(Config.read(directory.resolve("config.json")));
    for (StoredTensor tensor : SafetensorsDirectory.open(directory).tensors().values())
      crafted.tensors.put(tensor.name(), new Content(tensor.info(), Conversions.bytes(tensor)));
    return crafted;
  }

  Crafted config(Config over) {
    config = config.with(over);
    return this;
  }

  Crafted remove(String name) {
    tensors.remove(name);
    return this;
  }

  /** One more tensor of zeros. */
  Crafted add(String name, long... shape) {
    Shape of = Shape.of(shape);
    byte[] zeros = new byte[Math.toIntExact(4 * of.elements())];
    tensors.put(name, new Content(new TensorInfo(name, DType.F32, of), zeros));
    return this;
  }

  /** One more tensor, a copy of another. */
  Crafted copy(String name, String of) {
    Content content = content(of);
    TensorInfo info = content.info();
    tensors.put(
        name,
        new Content(new TensorInfo(name, info.dtype(), info.shape()), content.bytes().clone()));
    return this;
  }

  /** Other values of a tensor of F32. */
  Crafted edit(String name, UnaryOperator<float[]> change) {
    Content content = content(name);
    MemorySegment bytes = MemorySegment.ofArray(content.bytes());
    float[] values = change.apply(bytes.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    MemorySegment.copy(values, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    return this;
  }

  /** Two tensors in each other's place. */
  Crafted swap(String one, String other) {
    Content first = content(one), second = content(other);
    tensors.put(one, new Content(first.info(), second.bytes()));
    tensors.put(other, new Content(second.info(), first.bytes()));
    return this;
  }

  /** One more tensor, of F32. */
  Crafted add(String name, Shape shape, float... values) {
    add(name, shape.dims());
    return edit(name, _ -> values);
  }

  /** The values of a tensor of F32. */
  float[] floats(String name) {
    return MemorySegment.ofArray(content(name).bytes()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  /** Another last byte. */
  Crafted change(String name) {
    byte[] bytes = content(name).bytes();
    bytes[bytes.length - 1] ^= 1;
    return this;
  }

  Crafted zero(String ending) {
    tensors.forEach((name, content) -> {
      if (name.endsWith(ending)) Arrays.fill(content.bytes(), (byte) 0);
    });
    return this;
  }

  /** All tensors under other names. */
  Crafted rename(UnaryOperator<String> names) {
    for (String name : List.copyOf(tensors.keySet())) {
      String other = names.apply(name);
      if (other.equals(name)) continue;
      copy(other, name);
      remove(name);
    }
    return this;
  }

  /** DeepSeek's head for a further token: layer {@code depth}, with the mixers of another layer. */
  Crafted behind(long layer, long depth) {
    String from = "model.layers." + layer + ".", to = "model.layers." + depth + ".";
    for (String name : List.copyOf(tensors.keySet()))
      if (name.startsWith(from)) copy(to + name.substring(from.length()), name);
    long width = content("model.norm.weight").info().shape().elements();
    return add(to + "enorm.weight", width)
        .add(to + "hnorm.weight", width)
        .add(to + "eh_proj.weight", width, 2 * width)
        .add(to + "shared_head.norm.weight", width)
        .copy(to + "embed_tokens.weight", "model.embed_tokens.weight")
        .copy(to + "shared_head.head.weight", "lm_head.weight");
  }

  private Content content(String name) {
    Content content = tensors.get(name);
    if (content == null) throw new IllegalArgumentException("no tensor is called " + name);
    return content;
  }

  Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("config.json"), config.json());
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(
            directory.resolve(SafetensorsDirectory.SINGLE_FILE_NAME),
            tensors.values().stream().map(Content::info).toList())) {
      for (Content content : tensors.values())
        writer.write(content.info().name(), MemorySegment.ofArray(content.bytes()));
    }
    return directory;
  }
}
