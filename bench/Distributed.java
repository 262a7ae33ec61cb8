import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Bytes;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.layout.Box;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedLayout;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.Safetensors;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.SafetensorsWriter;
import org.isomorph.tensorfile.Seal;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TorchLayout;
import org.isomorph.tensorfile.TorchValue;
import org.isomorph.tensorfile.Window;

/**
 * Writes random tensors as safetensors, as a distributed checkpoint and as a torch file with values
 * among them, the last two as trees of files. Run by bench/distributed.
 *
 * <p>Arguments: two folders, for the safetensors and for the rest, and how many layers.
 */
void main(String[] arguments) throws Exception {
  Path source = Files.createDirectories(Path.of(arguments[0])).resolve("expected.safetensors");
  long layers = Long.parseLong(arguments[2]);
  write(source, layers);
  try (SafetensorsFile file = SafetensorsFile.open(source)) {
    List<StoredTensor> tensors = List.copyOf(file.tensors().values());
    List<Blueprint.File> files = new ArrayList<>();
    DistributedLayout distributed = DistributedLayout.of(ranks(tensors));
    for (DistributedLayout.File each : distributed.files()) {
      List<Blueprint.Task> tasks = new ArrayList<>();
      for (DistributedLayout.Placed placed : each.chunks())
        task(file.tensors().get(placed.chunk().name()), placed.chunk().window(), placed.offset())
            .ifPresent(tasks::add);
      files.add(blueprint("distributed/" + each.name(), each.size(), each.fixed(), tasks, each.seals()));
    }
    TorchLayout torch = TorchLayout.of("model_optim_rng", tree(tensors));
    List<Blueprint.Task> tasks = new ArrayList<>();
    for (StoredTensor tensor : tensors)
      task(tensor, Window.whole(tensor.shape()), torch.offsets().get(tensor.name()))
          .ifPresent(tasks::add);
    files.add(
        blueprint("mp_rank_00/model_optim_rng.pt", torch.fileSize(), torch.fixed(), tasks, torch.seals()));
    Blueprint.Small metadata =
        new Blueprint.Small(
            "distributed/" + DistributedDirectory.METADATA_FILE_NAME,
            Bytes.of(distributed.metadata().content()));
    Executor.run(
        new Blueprint(files, List.of(metadata), List.of(), "bench"),
        Path.of(arguments[1]),
        new Options(2, true, 1 << 20),
        ProgressListener.NONE);
  }
  long start = System.nanoTime();
  DistributedDirectory read = DistributedDirectory.open(Path.of(arguments[1], "distributed"));
  long chunks = read.tensors().values().stream().mapToLong(each -> each.chunks().size()).sum();
  System.out.printf("isomorph opens %d chunks in %.0f ms%n", chunks, (System.nanoTime() - start) / 1e6);
}

void write(Path file, long layers) throws Exception {
  List<TensorInfo> tensors = new ArrayList<>();
  tensors.add(new TensorInfo("experts.weight", DType.BF16, Shape.of(layers, 16, 8, 24)));
  tensors.add(new TensorInfo("norm.weight", DType.F32, Shape.of(17)));
  tensors.add(new TensorInfo("table", DType.F16, Shape.of(7, 5)));
  tensors.add(new TensorInfo("wide", DType.F64, Shape.of(3, 1, 2)));
  tensors.add(new TensorInfo("small", DType.F8_E4M3, Shape.of(33)));
  tensors.add(new TensorInfo("scalar", DType.I64, Shape.of()));
  tensors.add(new TensorInfo("none", DType.F32, Shape.of(0, 3)));
  Random random = new Random(7);
  try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors)) {
    for (TensorInfo tensor : tensors) {
      ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
      // Small numbers: whichever dtype reads them, none is NaN.
      while (data.hasRemaining()) data.put((byte) random.nextInt(60));
      writer.write(tensor.name(), MemorySegment.ofBuffer(data.flip()));
    }
  }
}

/** Experts by layer, expert and half, over three ranks; other tensors in two parts or whole. */
Map<String, List<DistributedLayout.Item>> ranks(List<StoredTensor> tensors) {
  Map<String, List<DistributedLayout.Item>> ranks = new LinkedHashMap<>();
  for (int rank = 0; rank < 3; rank++) ranks.put("__" + rank + "_0.distcp", new ArrayList<>());
  List<List<DistributedLayout.Item>> lists = List.copyOf(ranks.values());
  int next = 0;
  for (StoredTensor tensor : tensors) {
    List<Window> windows = List.of(Window.whole(tensor.shape()));
    for (int axis = 0; axis < tensor.shape().rank(); axis++) {
      List<Window> cut = new ArrayList<>();
      for (Window window : windows) cut(window, axis, axis < 2 && tensor.shape().rank() == 4, cut);
      windows = cut;
    }
    for (Window window : windows)
      lists.get(next++ % 3).add(new DistributedLayout.Chunk(tensor.info(), window));
  }
  lists.getFirst().add(new DistributedLayout.Value("common", new TorchValue.Items(List.of(settings()))));
  return ranks;
}

/** A window cut along an axis, into single indices or two parts, of which the last may be shorter. */
void cut(Window window, int axis, boolean singly, List<Window> parts) {
  long size = window.sizes().dim(axis);
  long step = singly ? 1 : Math.max(1, Math.ceilDiv(size, 2L));
  if (size == 0) parts.add(window);
  for (long begin = 0; begin < size; begin += step) {
    List<Long> offsets = new ArrayList<>(window.offsets());
    offsets.set(axis, window.begin(axis) + begin);
    parts.add(new Window(offsets, window.sizes().with(axis, Math.min(step, size - begin))));
  }
}

TorchValue settings() {
  Map<String, TorchValue> settings = new LinkedHashMap<>();
  settings.put("num_layers", new TorchValue.Int(4));
  settings.put("tokens", new TorchValue.Int(15_000_000_000_000L));
  settings.put("epsilon", new TorchValue.Real(1e-5));
  settings.put("swiglu", new TorchValue.Bool(true));
  settings.put("name", new TorchValue.Text("r\u00f4pe"));
  settings.put("stages", TorchValue.None.NONE);
  settings.put("params_dtype", new TorchValue.Type(DType.BF16));
  settings.put("list", new TorchValue.Items(List.of(new TorchValue.Int(-1), new TorchValue.Items(List.of()))));
  return new TorchValue.Namespace(settings);
}

TorchValue tree(List<StoredTensor> tensors) {
  Map<String, TorchValue> model = new LinkedHashMap<>();
  for (StoredTensor tensor : tensors) model.put(tensor.name(), new TorchValue.Tensor(tensor.info()));
  Map<String, TorchValue> tree = new LinkedHashMap<>();
  tree.put("args", settings());
  tree.put("checkpoint_version", new TorchValue.Real(3.0));
  tree.put("iteration", new TorchValue.Int(1));
  tree.put("model", new TorchValue.OrderedDict(model));
  return new TorchValue.Dict(tree);
}

java.util.Optional<Blueprint.Task> task(StoredTensor tensor, Window window, long offset) {
  if (window.sizes().elements() == 0) return java.util.Optional.empty();
  long[] strides = tensor.shape().strides();
  long from = 0;
  for (int axis = 0; axis < strides.length; axis++) from += window.begin(axis) * strides[axis];
  return java.util.Optional.of(
      new Blueprint.Move(
          new Blueprint.Span(tensor.file(), tensor.begin(), tensor.dtype()),
          new Blueprint.Slot(offset, tensor.dtype()),
          Box.over(window.sizes(), from, strides, 0, window.sizes().strides())));
}

Blueprint.File blueprint(
    String name, long size, List<FixedBytes> fixed, List<Blueprint.Task> tasks, List<Seal> seals) {
  return new Blueprint.File(
      name,
      size,
      fixed.stream()
          .map(bytes -> new Blueprint.Fixed(bytes.offset(), Bytes.of(bytes.content())))
          .toList(),
      tasks,
      seals);
}
