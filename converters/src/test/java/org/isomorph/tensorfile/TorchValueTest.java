package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.TorchValue.Bool;
import org.isomorph.tensorfile.TorchValue.Int;
import org.isomorph.tensorfile.TorchValue.Items;
import org.isomorph.tensorfile.TorchValue.Namespace;
import org.isomorph.tensorfile.TorchValue.OrderedDict;
import org.isomorph.tensorfile.TorchValue.Real;
import org.isomorph.tensorfile.TorchValue.Tensor;
import org.isomorph.tensorfile.TorchValue.Text;
import org.isomorph.tensorfile.TorchValue.Type;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Global;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;
import org.isomorph.tensorfile.pickle.PickleValue.None;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A torch file of values and tensors is read as what it was laid out to be. */
class TorchValueTest {
  @TempDir Path folder;

  private Path write(TorchLayout layout) throws IOException {
    Path file = folder.resolve("model_optim_rng.pt");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(layout.fileSize());
      FileChannel channel = sparse.getChannel();
      for (FixedBytes bytes : layout.fixed())
        FileBytes.write(channel, bytes.offset(), bytes.content());
    }
    return file;
  }

  private static Map<String, TorchValue> args() {
    Map<String, TorchValue> args = new LinkedHashMap<>();
    args.put("num_layers", new Int(32));
    args.put("tokens", new Int(15_000_000_000_000L));
    args.put("layernorm_epsilon", new Real(1e-5));
    args.put("swiglu", new Bool(true));
    args.put("position_embedding_type", new Text("rope é"));
    args.put("virtual_stages", TorchValue.None.NONE);
    args.put("params_dtype", new Type(DType.BF16));
    args.put("lists", new Items(List.of(new Int(-1), new Items(List.of()))));
    return args;
  }

  @Test
  void aRanksFile() throws IOException {
    Tensor weight = new Tensor(info("model0.weight", DType.BF16, 3, 5));
    Tensor other = new Tensor(info("model1.weight", DType.F32, 2));
    Map<String, TorchValue> file = new LinkedHashMap<>();
    file.put("args", new Namespace(args()));
    file.put("checkpoint_version", new Real(3.0));
    file.put("model0", new OrderedDict(Map.of("weight", weight)));
    file.put("model1", new OrderedDict(Map.of("weight", other)));
    TorchLayout layout = TorchLayout.of("model_optim_rng", new TorchValue.Dict(file));
    Path path = write(layout);

    TorchFile read = TorchFile.read(path);
    Dict value = (Dict) read.value();
    assertThat(value.byText().keySet())
        .containsExactly("args", "checkpoint_version", "model0", "model1");
    assertThat(value.get("checkpoint_version")).contains(new PickleValue.Real(3.0));
    Instance args = (Instance) value.get("args").orElseThrow();
    assertThat(args.isOf("argparse", "Namespace")).isTrue();
    assertThat(args.attribute("num_layers")).contains(new PickleValue.Int(32));
    assertThat(args.attribute("tokens")).contains(new PickleValue.Int(15_000_000_000_000L));
    assertThat(args.attribute("layernorm_epsilon")).contains(new PickleValue.Real(1e-5));
    assertThat(args.attribute("swiglu")).contains(new PickleValue.Bool(true));
    assertThat(args.attribute("position_embedding_type")).contains(new PickleValue.Text("rope é"));
    assertThat(args.attribute("virtual_stages")).contains(None.NONE);
    assertThat(args.attribute("params_dtype")).contains(new Global("torch", "bfloat16"));
    List<PickleValue> lists = args.attribute("lists").orElseThrow().sequence().orElseThrow();
    assertThat(lists.getFirst()).isEqualTo(new PickleValue.Int(-1));
    assertThat(lists.getLast().sequence().orElseThrow()).isEmpty();
    for (Tensor tensor : List.of(weight, other)) {
      String name = tensor.info().name();
      Dict model = (Dict) value.get(name.substring(0, 6)).orElseThrow();
      TorchTensor found = read.tensor(name, model.get("weight").orElseThrow());
      assertThat(found.info()).isEqualTo(tensor.info());
      assertThat(found.storage().begin()).isEqualTo(layout.offsets().get(name));
    }
    List<String> entries = new ArrayList<>();
    try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
      zip.getEntries().asIterator().forEachRemaining(entry -> entries.add(entry.getName()));
    }
    assertThat(entries).allMatch(name -> name.startsWith("model_optim_rng/"));
  }

  @Test
  void aFileWithoutTensorsHasNoSeals() throws IOException {
    TorchLayout layout = TorchLayout.of("common", new TorchValue.Dict(args()));
    assertThat(layout.seals()).isEmpty();
    assertThat(((Dict) TorchFile.read(write(layout)).value()).size()).isEqualTo(args().size());
  }

  @Test
  void twoTensorsOfOneNameAndFoldersThatAreNoNamesAreRefused() {
    Tensor tensor = new Tensor(info("w", DType.F32, 2));
    assertThatThrownBy(() -> TorchLayout.of("a", new Items(List.of(tensor, tensor))))
        .isInstanceOf(TensorFileException.class)
        .hasMessage("tensor \"w\": expected each name once, found this one twice");
    for (String root : List.of("", "..", "a/b", "é"))
      assertThatThrownBy(() -> TorchLayout.of(root, tensor))
          .isInstanceOf(TensorFileException.class)
          .hasMessageStartingWith("the folder in a torch file: expected a name of letters");
  }
}
