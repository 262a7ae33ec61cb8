package org.isomorph.tensorfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.compile.Pickle;
import org.isomorph.compile.TorchTypes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;

/** Writes the pickle of a torch file, and takes note of the tensors on the way. */
final class TorchPickler {
  private final Pickle pickle = new Pickle();
  private final List<TensorInfo> tensors = new ArrayList<>();

  private final byte[] bytes;

  /**
   * Pickles a value.
   *
   * @throws TensorFileException if a tensor's name is not allowed or occurs twice, or torch has no
   *     such dtype
   */
  TorchPickler(TorchValue value) {
    add(value);
    SafetensorsLayout.check(tensors, Map.of());
    bytes = pickle.stop();
  }

  /** The pickle. */
  byte[] bytes() {
    return bytes;
  }

  /** The tensors; the pickle calls the storage of each by its number in this list. */
  List<TensorInfo> tensors() {
    return tensors;
  }

  private void add(TorchValue value) {
    switch (value) {
      case TorchValue.None _ -> pickle.none();
      case TorchValue.Bool(boolean flag) -> pickle.bool(flag);
      case TorchValue.Int(long number) -> pickle.integer(number);
      case TorchValue.Real(double number) -> pickle.real(number);
      case TorchValue.Text(String text) -> pickle.text(text);
      case TorchValue.Type(DType dtype) ->
          pickle.global(
              "torch", TorchTypes.name(dtype).orElseThrow(() -> unknown(dtype, "a dtype")));
      case TorchValue.Items(List<TorchValue> items) -> {
        pickle.emptyList().mark();
        items.forEach(this::add);
        pickle.append();
      }
      case TorchValue.Dict(Map<String, TorchValue> entries) -> {
        pickle.emptyDict();
        add(entries);
      }
      case TorchValue.OrderedDict(Map<String, TorchValue> entries) -> {
        pickle.global("collections", "OrderedDict").emptyTuple().reduce();
        add(entries);
      }
      case TorchValue.Namespace(Map<String, TorchValue> attributes) -> {
        pickle.global("argparse", "Namespace").emptyTuple().newObject().emptyDict();
        add(attributes);
        pickle.build();
      }
      case TorchValue.Tensor(TensorInfo info) -> {
        if (TorchTypes.name(info.dtype()).isEmpty())
          throw unknown(info.dtype(), "tensor " + Names.quoted(info.name()));
        pickle.tensor(info.dtype(), info.shape(), Integer.toString(tensors.size()));
        tensors.add(info);
      }
    }
  }

  private void add(Map<String, TorchValue> entries) {
    pickle.mark();
    entries.forEach((key, value) -> {
      pickle.text(key);
      add(value);
    });
    pickle.setItems();
  }

  private static TensorFileException unknown(DType dtype, String what) {
    return new TensorFileException(what + ": torch has no " + dtype + "; write safetensors");
  }
}
