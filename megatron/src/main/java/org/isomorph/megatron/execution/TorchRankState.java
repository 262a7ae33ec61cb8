package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.isomorph.megatron.RankFile;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchTensor;
import org.isomorph.tensorfile.pickle.PickleValue;

/** The state in a rank's own file: modules' parameters, by the modules' names. */
final class TorchRankState implements RankState {
  private final RankFile file;
  private final Chunk chunk;
  private final Map<String, PickleValue> tensors;
  private final TransformerConfig config;
  private final ModuleNames names;
  private final Set<String> used = new HashSet<>();

  TorchRankState(RankFile file, Chunk chunk, TransformerConfig config) {
    this.file = file;
    this.chunk = chunk;
    List<Map<String, PickleValue>> chunks = file.chunks();
    if (chunk.pass() >= chunks.size())
      throw TensorFileException.in(
          file.path(),
          "expected chunk %d of the model, found %d".formatted(chunk.pass(), chunks.size()));
    this.tensors = chunks.get(chunk.pass());
    this.config = config;
    this.names = new ModuleNames(config);
  }

  @Override
  public Weight weight(Parameter parameter) {
    List<String> candidates = candidates(parameter);
    for (String name : candidates) {
      PickleValue found = tensors.get(name);
      if (found == null) continue;
      used.add(name);
      return checked(parameter, file.file().tensor(name, found));
    }
    throw TensorFileException.in(
        file.path(),
        candidates.getFirst(),
        "expected it in %s: %s, as a module has it that Megatron builds there; found none among %d tensors"
            .formatted(chunk, parameter.shape(), tensors.size()));
  }

  private TorchWeight checked(Parameter parameter, TorchTensor tensor) {
    Shape expected =
        parameter.columns() == 0
            ? Shape.of(parameter.rows())
            : Shape.of(parameter.rows(), parameter.columns());
    if (tensor.shape().equals(expected)) return TorchWeight.of(tensor);
    throw TensorFileException.in(
        file.path(),
        tensor.name(),
        "expected %s, as the module has it that Megatron builds, found %s"
            .formatted(expected, tensor.shape()));
  }

  private List<String> candidates(Parameter parameter) {
    if (parameter.layer().isEmpty()) return List.of(parameter.part());
    int layer = parameter.layer().getAsInt();
    String prefix = "decoder.layers." + layer + ".";
    List<String> candidates = new ArrayList<>();
    OptionalInt expert = parameter.expert();
    if (expert.isPresent()) {
      String grouped = prefix + "mlp.experts." + parameter.part() + expert.getAsInt();
      String single =
          prefix + "mlp.experts.local_experts." + expert.getAsInt() + "." + parameter.part();
      candidates.add(config.grouped() ? grouped : single);
      candidates.add(config.grouped() ? single : grouped);
    } else
      for (String name : names.inState(parameter.part(), config.isMixture(chunk.first() + layer)))
        candidates.add(prefix + name);
    return candidates;
  }

  @Override
  public void loaded() {
    for (String name : tensors.keySet())
      if (!used.contains(name) && !isOfFurtherTokens(name))
        throw TensorFileException.in(
            file.path(),
            name,
            "expected no such tensor in %s: no module has it that Megatron builds there, and Megatron refuses it"
                .formatted(chunk));
  }

  /** Layers that predict further tokens are not run; they look tokens up in a table of theirs. */
  private boolean isOfFurtherTokens(String name) {
    return config.further() && (name.startsWith("mtp.") || name.startsWith("embedding."));
  }
}
