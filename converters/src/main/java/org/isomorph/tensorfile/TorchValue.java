package org.isomorph.tensorfile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;

/**
 * What a torch file is to hold: plain values of Python, and tensors anywhere among them.
 *
 * <p>{@code torch.load} with {@code weights_only=True} reads all of it; a {@link Namespace} only
 * where {@code argparse.Namespace} is allowed by {@code torch.serialization.add_safe_globals}.
 */
public sealed interface TorchValue {
  /** {@code None}. */
  enum None implements TorchValue {
    NONE
  }

  record Bool(boolean value) implements TorchValue {}

  record Int(long value) implements TorchValue {}

  /** A {@code float}, of 64 bits as all of Python's. */
  record Real(double value) implements TorchValue {}

  record Text(String value) implements TorchValue {}

  /** A {@code torch.dtype}. */
  record Type(DType value) implements TorchValue {}

  /** A {@code list}. */
  record Items(List<TorchValue> items) implements TorchValue {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** A {@code dict} by text, in this order. */
  record Dict(Map<String, TorchValue> entries) implements TorchValue {
    public Dict {
      entries = inOrder(entries);
    }
  }

  /** A {@code collections.OrderedDict} by text, as a module's state is one. */
  record OrderedDict(Map<String, TorchValue> entries) implements TorchValue {
    public OrderedDict {
      entries = inOrder(entries);
    }
  }

  /** An {@code argparse.Namespace}: the settings that a program was started with. */
  record Namespace(Map<String, TorchValue> attributes) implements TorchValue {
    public Namespace {
      attributes = inOrder(attributes);
    }
  }

  /**
   * A tensor with a storage of its own.
   *
   * @param info what it is; its name is what the file's layout knows it by, and need not be the key
   *     under which it is in a dict
   */
  record Tensor(TensorInfo info) implements TorchValue {}

  private static Map<String, TorchValue> inOrder(Map<String, TorchValue> entries) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }
}
